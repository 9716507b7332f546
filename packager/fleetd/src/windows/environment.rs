//! The environment of the service: the agent's configuration. Every user of a host can read it.

use packager_formats::Error;
use packager_formats::msi::Formatted;
use packager_spec::PackageSpec;

use super::product::{FOLDER, property};
use crate::variables::{Value, Variables};

/// Where orbit writes its log: in the folder of the system's own user.
pub(super) const LOGS: &str = r"config\systemprofile\AppData\Local\FleetDM\Orbit";

/// `NAME=value` each, with references to what is known on the host alone. `update_url` is the repository that the builder
/// uses, for a request that names none.
///
/// # Errors
/// [`Error::Invalid`] if a value has a control character.
pub(super) fn environment(spec: &PackageSpec, update_url: &str) -> Result<Vec<Formatted>, Error> {
    let set = |name: &str| Formatted::text(&format!("{name}="));
    let log_file = format!(r"{LOGS}\Logs\orbit-osquery.log");
    let mut environment = vec![
        // A folder's property ends with a backslash.
        set("ORBIT_ROOT_DIR")?.and_property(FOLDER).and_text(".")?,
        set("ORBIT_LOG_FILE")?
            .and_property("System64Folder")
            .and_text(&log_file)?,
        set("ORBIT_EUA_TOKEN")?.and_property(property::EUA_TOKEN),
    ];
    for (name, value) in Variables::of(spec, update_url).iter() {
        environment.push(match value {
            Value::Text(text) => set(name)?.and_text(text)?,
            Value::InFolder(file) => set(name)?.and_property(FOLDER).and_text(file)?,
            Value::Property(property) => set(name)?.and_property(property),
        });
    }
    Ok(environment)
}
