//! What Windows Installer has to know: names, codes, properties, scripts and their conditions.

use packager_formats::msi::{Moment, Script};
use uuid::uuid;

use super::*;
use crate::own_tree;

#[test]
fn names_and_codes_are_those_of_fleets_own_package() {
    let package = package(&spec(&json!({})));
    assert_eq!(
        (package.title.as_str(), package.name.as_str()),
        ("Fleet osquery", "fleet-osquery")
    );
    let product = package.product.unwrap();
    assert_eq!(product.manufacturer, "Fleet Device Management (fleetdm.com)");
    assert_eq!(product.upgrade_code, uuid!("B681CB20-107E-428A-9B14-2D3C1AFED244"));
    assert_ne!(product.product_code, product.package_code);
    let folder = product.folder_in_registry.unwrap();
    assert_eq!(
        (folder.key.as_str(), folder.name.as_str()),
        (r"SOFTWARE\FleetDM\Orbit", "Path")
    );
    let known = |path: &str| product.known.iter().find(|known| known.path == path).unwrap();
    let code = |path: &str| {
        let (name, code) = known(path).component.as_ref().unwrap();
        (name.as_str(), code.to_string().to_uppercase())
    };
    let (name, root) = code("Orbit");
    assert!(name == "C_ORBITROOT" && root.starts_with("A7DFD09E-"), "{name} {root}");
    let (name, program) = code("Orbit/bin/orbit/orbit.exe");
    assert!(
        name == "C_ORBITBIN" && program.starts_with("AF347B4E-"),
        "{name} {program}"
    );
    assert_eq!(known("Orbit").directory.as_deref(), Some("ORBITROOT"));
}

/// What is known by a name is in every package.
#[test]
fn what_is_known_is_there() {
    for options in [json!({}), everything(), json!({"service": false})] {
        let spec = spec(&options);
        let tree = agent_tree(&spec);
        let product = package(&spec).product.unwrap();
        for known in &product.known {
            assert!(tree.get(&known.path).is_some(), "{}", known.path);
        }
        let program = product.service.map(|service| service.program);
        assert!(program.is_none_or(|program| tree.get(&program).is_some()));
        assert!(
            own_tree(&spec, "https://tuf.example")
                .unwrap()
                .get("Orbit/secret.txt")
                .is_some()
        );
    }
}

#[test]
fn the_service_is_that_of_fleets_own_package() {
    let service = product(&json!({})).service.unwrap();
    assert_eq!(
        (service.name.as_str(), service.program.as_str()),
        ("Fleet osquery", "Orbit/bin/orbit/orbit.exe")
    );
}

/// Names, defaults, and whether logs must not have them.
fn properties(options: &Value) -> Vec<(String, Option<String>, bool)> {
    let properties = product(options).properties.into_iter();
    properties
        .map(|property| (property.name, property.default, property.is_secret))
        .collect()
}

#[test]
fn properties_can_be_given_on_the_command_line() {
    let property =
        |name: &str, default: Option<&str>, is_secret| (name.to_owned(), default.map(str::to_owned), is_secret);
    assert_eq!(
        properties(&json!({})),
        [
            property("FLEET_URL", Some("https://fleet.example"), false),
            property("FLEET_SECRET", Some("dummy"), true),
            property("ENABLE_SCRIPTS", Some("False"), false),
            property("FLEET_DESKTOP", Some("False"), false),
            property("END_USER_EMAIL", None, false),
            property("EUA_TOKEN", None, true),
        ]
    );
    assert_eq!(
        properties(&everything()),
        [
            property("FLEET_URL", Some("https://fleet.example"), false),
            property("FLEET_SECRET", Some("dummy"), true),
            property("ENABLE_SCRIPTS", Some("True"), false),
            property("FLEET_DESKTOP", Some("True"), false),
            property("END_USER_EMAIL", Some("somebody@example.com"), false),
            property("EUA_TOKEN", None, true),
        ]
    );
    // As it is: what stands in a property is not looked through for references.
    let url = "https://[::1]:8080/[FLEET_SECRET]";
    assert_eq!(properties(&json!({ "fleet_url": url }))[0].1.as_deref(), Some(url));
}

/// Not even the package's own, which is in a file.
#[test]
fn no_property_has_the_secret() {
    let product = product(&json!({"enroll_secret": "correct horse"}));
    let properties = product
        .properties
        .iter()
        .filter_map(|property| property.default.as_deref());
    let data = product.scripts.iter().map(|script| script.data.as_str());
    for text in properties.chain(data) {
        assert!(!text.contains("correct horse"), "{text}");
    }
}

fn script(name: &str) -> Script {
    let scripts = product(&json!({})).scripts;
    scripts.into_iter().find(|script| script.name == name).unwrap()
}

/// Only a secret that was given takes the place of the package's: a repair gives none, and then the property has its default.
#[test]
fn a_given_secret_is_written_once_files_are_installed() {
    let script = script("CA_UpdateSecret");
    assert_eq!(
        script.condition,
        r#"FLEET_SECRET AND FLEET_SECRET <> "dummy" AND NOT REMOVE ~= "ALL""#
    );
    assert_eq!(script.data.as_str(), "[ORBITROOT]secret.txt|[FLEET_SECRET]");
    assert_eq!(script.moment, Moment::Installed);
    // Logs do not have it, and a host that has not got its secret is not installed.
    assert!(script.is_secret && !script.may_fail);
}

/// Before files are removed, whatever takes over.
#[test]
fn what_runs_from_the_folder_is_ended() {
    let script = script("CA_EndOrbit");
    assert_eq!(script.condition, r#"REMOVE ~= "ALL""#);
    assert_eq!(script.data.as_str(), "[ORBITROOT]");
    assert_eq!(script.moment, Moment::Stopped);
    assert!(!script.is_secret && script.may_fail);
}

#[test]
fn what_the_agent_has_left_is_removed_unless_another_package_takes_over() {
    let script = script("CA_RemoveOrbit");
    assert_eq!(script.condition, r#"REMOVE ~= "ALL" AND NOT UPGRADINGPRODUCTCODE"#);
    assert_eq!(
        script.data.as_str(),
        r"[ORBITROOT]|[System64Folder]config\systemprofile\AppData\Local\FleetDM\Orbit"
    );
    assert_eq!(script.moment, Moment::Removed);
    assert!(!script.is_secret && script.may_fail);
}

/// Scripts get what they need as a property. They start no program, so nothing is on a command line, which every user could read.
#[test]
fn scripts_start_no_program() {
    let product = product(&everything());
    assert_eq!(product.scripts.len(), 3);
    for script in product.scripts {
        assert!(
            script.code.contains(r#"Session.Property("CustomActionData")"#),
            "{}",
            script.name
        );
        let objects: Vec<_> = script.code.split("new ActiveXObject(").skip(1).collect();
        assert!(
            objects
                .iter()
                .all(|object| object.starts_with(r#""Scripting.FileSystemObject")"#))
        );
        for way in ["WScript", "Shell", "Exec(", "Run(", "Create", "Session.Log", "eval"] {
            assert!(!script.code.contains(way), "{}: {way}", script.name);
        }
        let monikers: Vec<_> = script.code.split("GetObject(").skip(1).collect();
        assert!(
            monikers
                .iter()
                .all(|moniker| moniker.starts_with(r#""winmgmts:root/cimv2").ExecQuery(query)"#))
        );
        assert!(script.code.is_ascii());
    }
}
