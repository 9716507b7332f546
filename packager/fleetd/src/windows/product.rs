//! What Windows Installer has to know of the agent. Names, codes and properties are those of Fleet's own installers.

use packager_formats::msi::{Formatted, Known, Moment, Product, Property, RegistryValue, Script, Service, Superseded};
use packager_spec::{EndUserEmail, PackageSpec, PackagerSwitch};
use uuid::{Uuid, uuid};

use super::environment::{LOGS, environment};
use super::tree::service_program;
use crate::Error;
use crate::agent_folder::{SECRET_FILE, WINDOWS_ROOT};

/// All packages of the agent.
const UPGRADE_CODE: Uuid = uuid!("B681CB20-107E-428A-9B14-2D3C1AFED244");
/// The packages of osquery's own makers, whose service would not leave the agent's osqueryd alone.
const OSQUERY: Uuid = uuid!("EA6C7327-461E-4033-847C-ACDF2B85DEDE");
/// The components that other packages of the agent know.
const FOLDER_COMPONENT: Uuid = uuid!("A7DFD09E-2D2B-4535-A04F-5D4DE90F3863");
const SERVICE_COMPONENT: Uuid = uuid!("AF347B4E-B84B-4DD4-9C4D-133BE17B613D");
/// The agent's folder, as a property.
pub(super) const FOLDER: &str = "ORBITROOT";
/// What the secret's property says if none is given.
const NO_SECRET: &str = "dummy";
const END_SCRIPT: &str = "CA_EndOrbit";
const SECRET_SCRIPT: &str = "CA_UpdateSecret";
const REMOVE_SCRIPT: &str = "CA_RemoveOrbit";

/// The properties that can be given on the command line.
pub(super) mod property {
    pub(crate) use crate::variables::property::{ENABLE_SCRIPTS, END_USER_EMAIL, FLEET_DESKTOP, FLEET_URL};
    /// An enroll secret that takes the place of the package's.
    pub(crate) const FLEET_SECRET: &str = "FLEET_SECRET";
    /// What says who uses the host, for a setup where they have to sign in.
    pub(crate) const EUA_TOKEN: &str = "EUA_TOKEN";
}

/// What no two packages may have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Codes {
    /// The product code.
    pub product: Uuid,
    /// The package code.
    pub package: Uuid,
}

/// The product. `update_url` is the repository that the builder uses, for a request that names none.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub(crate) fn product(spec: &PackageSpec, update_url: &str, codes: Codes) -> Result<Product, Error> {
    let service = Service {
        name: "Fleet osquery".to_owned(),
        description: "This service runs Fleet's osquery runtime and autoupdater (Orbit).".to_owned(),
        program: service_program(),
        environment: environment(spec, update_url)?,
    };
    Ok(Product {
        manufacturer: "Fleet Device Management (fleetdm.com)".to_owned(),
        product_code: codes.product,
        package_code: codes.package,
        upgrade_code: UPGRADE_CODE,
        feature: "Orbit".to_owned(),
        supersedes: vec![Superseded {
            upgrade_code: OSQUERY,
            property: "OSQUERY_DETECTED".to_owned(),
        }],
        known: known(),
        folder_in_registry: Some(RegistryValue {
            key: r"SOFTWARE\FleetDM\Orbit".to_owned(),
            name: "Path".to_owned(),
        }),
        properties: properties(spec),
        service: (spec.service == packager_spec::Service::Installed).then_some(service),
        scripts: vec![end_script(), remove_script()?, secret_script()?],
    })
}

fn known() -> Vec<Known> {
    let directory = |path: String, name: &str| Known {
        path,
        directory: Some(name.to_owned()),
        component: None,
    };
    vec![
        Known {
            component: Some(("C_ORBITROOT".to_owned(), FOLDER_COMPONENT)),
            ..directory(WINDOWS_ROOT.to_owned(), FOLDER)
        },
        directory(format!("{WINDOWS_ROOT}/bin"), "ORBITBIN"),
        directory(format!("{WINDOWS_ROOT}/bin/orbit"), "ORBITBINORBIT"),
        Known {
            path: service_program(),
            directory: None,
            component: Some(("C_ORBITBIN".to_owned(), SERVICE_COMPONENT)),
        },
    ]
}

fn properties(spec: &PackageSpec) -> Vec<Property> {
    let switch = |switch| Some(if spec.has(switch) { "True" } else { "False" });
    let credentials = spec.enrollment.in_package();
    let email = spec.end_user_email.as_ref().map(EndUserEmail::as_str);
    [
        (
            property::FLEET_URL,
            credentials.map(|credentials| credentials.fleet_url.as_str()),
            false,
        ),
        (property::FLEET_SECRET, Some(NO_SECRET), true),
        (property::ENABLE_SCRIPTS, switch(PackagerSwitch::EnableScripts), false),
        (property::FLEET_DESKTOP, switch(PackagerSwitch::FleetDesktop), false),
        (property::END_USER_EMAIL, email, false),
        (property::EUA_TOKEN, None, true),
    ]
    .map(|(name, default, is_secret)| Property {
        name: name.to_owned(),
        default: default.map(ToOwned::to_owned),
        is_secret,
    })
    .to_vec()
}

/// Writes the secret that was given on the command line. The package's own is a file like others: a repair that is not given
/// one puts back the package's, never what the property says if none is given.
fn secret_script() -> Result<Script, Error> {
    let secret = property::FLEET_SECRET;
    Ok(Script {
        name: SECRET_SCRIPT.to_owned(),
        code: include_str!("scripts/update_secret.js"),
        data: Formatted::property(FOLDER)
            .and_text(SECRET_FILE)?
            .and_text("|")?
            .and_property(secret),
        is_secret: true,
        condition: format!(r#"{secret} AND {secret} <> "{NO_SECRET}" AND NOT REMOVE ~= "ALL""#),
        moment: Moment::Installed,
        may_fail: false,
    })
}

/// Ends what runs from the agent's folder when the service has been stopped: a program that is removed while it runs
/// stays until the host starts anew, and takes what is installed in its place along.
fn end_script() -> Script {
    Script {
        name: END_SCRIPT.to_owned(),
        code: include_str!("scripts/end_orbit.js"),
        data: Formatted::property(FOLDER),
        is_secret: false,
        condition: r#"REMOVE ~= "ALL""#.to_owned(),
        moment: Moment::Stopped,
        may_fail: true,
    }
}

/// Removes what the agent has left in its folders, but not while another package takes this one's place.
fn remove_script() -> Result<Script, Error> {
    Ok(Script {
        name: REMOVE_SCRIPT.to_owned(),
        code: include_str!("scripts/remove_orbit.js"),
        data: Formatted::property(FOLDER)
            .and_text("|")?
            .and_property("System64Folder")
            .and_text(LOGS)?,
        is_secret: false,
        condition: r#"REMOVE ~= "ALL" AND NOT UPGRADINGPRODUCTCODE"#.to_owned(),
        moment: Moment::Removed,
        may_fail: true,
    })
}
