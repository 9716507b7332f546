//! `com.fleetdm.orbit.plist`: the daemon, with the agent's configuration (launchd.plist(5)).

use packager_spec::PackageSpec;
use plist::{Dictionary, Value};
use zeroize::Zeroizing;

use super::property_list;
use crate::Error;
use crate::variables::Variables;

/// The daemon's name.
pub(super) const LABEL: &str = "com.fleetdm.orbit";
/// The file.
pub(super) const DAEMON_FILE: &str = "Library/LaunchDaemons/com.fleetdm.orbit.plist";
/// Never the link in `/usr/local/bin`: users can often write there.
const PROGRAM: &str = "/opt/orbit/bin/orbit/orbit";

/// The file. `update_url` is the repository that the builder uses, for a request that names none.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub(super) fn daemon(spec: &PackageSpec, update_url: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut variables = Dictionary::new();
    for (name, value) in Variables::of(spec, update_url).texts() {
        variables.insert(name.to_owned(), value.into());
    }
    let mut daemon = Dictionary::new();
    for (key, value) in [
        ("EnvironmentVariables", Value::Dictionary(variables)),
        ("KeepAlive", true.into()),
        ("Label", LABEL.into()),
        ("ProgramArguments", Value::Array(vec![PROGRAM.into()])),
        ("RunAtLoad", true.into()),
        ("StandardErrorPath", "/var/log/orbit/orbit.stderr.log".into()),
        ("StandardOutPath", "/var/log/orbit/orbit.stdout.log".into()),
        // Seconds between two starts of a daemon that ends at once.
        ("ThrottleInterval", 10.into()),
    ] {
        daemon.insert(key.to_owned(), value);
    }
    property_list::write(daemon)
}
