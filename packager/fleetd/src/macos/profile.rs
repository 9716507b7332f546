//! The configuration profile of a package that has neither URL nor secret (*Configuration Profile Reference*).
//!
//! An MDM server installs it on hosts; orbit, told to use the system's configuration, finds it by its identifier. The UUIDs and
//! identifiers are those of Fleet's own profile: a newer one takes the place of the one that is there.

use packager_spec::{Enrollment, PackageSpec, PackagerSwitch};
use plist::{Dictionary, Value};
use zeroize::Zeroizing;

use super::property_list;
use crate::Error;

const IDENTIFIER: &str = "com.fleetdm.fleetd.config";
const NAME: &str = "Fleetd configuration";
const PROFILE_UUID: &str = "0C6AFB45-01B6-4E19-944A-123CD16381C7";
const PAYLOAD_UUID: &str = "476F5334-D501-4768-9A31-1A18A4E1E807";

/// The profile (`.mobileconfig`) with the credentials of `spec`; `None` if its package has them, or there are none.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub fn configuration_profile(spec: &PackageSpec) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let Enrollment::SystemConfiguration(Some(credentials)) = &spec.enrollment else {
        return Ok(None);
    };
    let payload = dictionary([
        ("EnableScripts", spec.has(PackagerSwitch::EnableScripts).into()),
        ("EnrollSecret", credentials.enroll_secret.expose_secret().into()),
        ("FleetURL", credentials.fleet_url.as_str().into()),
        ("PayloadDisplayName", NAME.into()),
        ("PayloadIdentifier", IDENTIFIER.into()),
        ("PayloadType", IDENTIFIER.into()),
        ("PayloadUUID", PAYLOAD_UUID.into()),
        ("PayloadVersion", 1.into()),
    ]);
    let profile = dictionary([
        ("PayloadContent", Value::Array(vec![Value::Dictionary(payload)])),
        (
            "PayloadDescription",
            "Tells Fleet's agent which server to enroll with.".into(),
        ),
        ("PayloadDisplayName", NAME.into()),
        ("PayloadIdentifier", IDENTIFIER.into()),
        // orbit runs as root: a profile of one user would not be found.
        ("PayloadScope", "System".into()),
        ("PayloadType", "Configuration".into()),
        ("PayloadUUID", PROFILE_UUID.into()),
        ("PayloadVersion", 1.into()),
    ]);
    property_list::write(profile).map(Some)
}

fn dictionary<const N: usize>(entries: [(&str, Value); N]) -> Dictionary {
    entries
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
}
