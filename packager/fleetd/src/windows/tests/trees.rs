//! *What an installer must contain*, section 3.6, "Files". What the host's users may do with them is the matter of `formats::msi`: the
//! modes say that nobody but the system may read a file, or nothing.

use packager_formats::{Format, Kind, OnUpgrade, Privacy};

use super::*;
use crate::samples::{archive, lines, read};
use crate::{Error, LocalMetadata, RoleDocuments, metadata_tree, own_tree};

const UPDATE_URL: &str = "https://tuf.example";

#[test]
fn the_agents_files_are_those_of_fleets_own_package() {
    assert_eq!(
        lines(&agent_tree(&spec(&json!({})))),
        [
            "d 755 Orbit",
            "f 644 Orbit/certs.pem",
            "d 755 Orbit/bin",
            "d 755 Orbit/staging",
            "d 755 Orbit/bin/orbit",
            "d 755 Orbit/bin/orbit/windows",
            "d 755 Orbit/bin/orbit/windows/stable",
            "f 755 Orbit/bin/orbit/orbit.exe",
            "f 755 Orbit/bin/orbit/windows/stable/orbit.exe",
            "d 755 Orbit/bin/osqueryd",
            "d 755 Orbit/bin/osqueryd/windows",
            "d 755 Orbit/bin/osqueryd/windows/stable",
            "f 755 Orbit/bin/osqueryd/windows/stable/osqueryd.exe",
            "f 644 Orbit/osquery.man",
        ]
    );
}

#[test]
fn channels_and_processors_have_folders_of_their_own() {
    let tree = agent_tree(&spec(&everything()));
    assert_eq!(
        lines(&tree),
        [
            "d 755 Orbit",
            "f 644 Orbit/certs.pem",
            "d 755 Orbit/bin",
            "d 755 Orbit/staging",
            "d 755 Orbit/bin/orbit",
            "d 755 Orbit/bin/orbit/windows-arm64",
            "d 755 Orbit/bin/orbit/windows-arm64/edge",
            "f 755 Orbit/bin/orbit/orbit.exe",
            "f 755 Orbit/bin/orbit/windows-arm64/edge/orbit.exe",
            "d 755 Orbit/bin/osqueryd",
            "d 755 Orbit/bin/osqueryd/windows-arm64",
            "d 755 Orbit/bin/osqueryd/windows-arm64/5.20",
            "f 755 Orbit/bin/osqueryd/windows-arm64/5.20/osqueryd.exe",
            "f 644 Orbit/osquery.man",
            "d 755 Orbit/bin/desktop",
            "d 755 Orbit/bin/desktop/windows-arm64",
            "d 755 Orbit/bin/desktop/windows-arm64/beta",
            "f 755 Orbit/bin/desktop/windows-arm64/beta/fleet-desktop.exe",
        ]
    );
    for (path, text) in [
        ("Orbit/bin/orbit/orbit.exe", "orbit"),
        ("Orbit/bin/orbit/windows-arm64/edge/orbit.exe", "orbit"),
        ("Orbit/bin/osqueryd/windows-arm64/5.20/osqueryd.exe", "osqueryd"),
        ("Orbit/bin/desktop/windows-arm64/beta/fleet-desktop.exe", "desktop"),
    ] {
        assert_eq!(read(&tree, path), text, "{path}");
    }
    assert!(read(&tree, "Orbit/certs.pem").contains("-----BEGIN CERTIFICATE-----"));
}

#[test]
fn a_target_in_another_form_is_an_error_that_names_it() {
    for component in Component::all_of(&spec(&everything())) {
        let error = component_tree(&component, &archive(vec![])).err().unwrap();
        let name = component.program.as_str();
        assert!(
            matches!(error, Error::Component { component, .. } if component == name),
            "{error}"
        );
    }
}

#[test]
fn the_packages_own_files_are_those_of_fleets_own_package() {
    let least = ["f 600 Orbit/secret.txt", "f 600 Orbit/osquery.flags"];
    assert_eq!(lines(&own_tree(&spec(&json!({})), UPDATE_URL).unwrap()), least);
    assert_eq!(
        lines(&own_tree(&spec(&json!({"service": false})), UPDATE_URL).unwrap()),
        least
    );
    let options = everything();
    let tree = own_tree(&spec(&options), UPDATE_URL).unwrap();
    assert_eq!(
        lines(&tree),
        [
            "f 600 Orbit/secret.txt",
            "f 600 Orbit/osquery.flags",
            "f 644 Orbit/fleet.pem",
            "f 644 Orbit/update.pem",
            "f 600 Orbit/fleet_client.crt",
            "f 600 Orbit/fleet_client.key",
        ]
    );
    for (path, content) in [
        ("Orbit/secret.txt", "hunter2"),
        ("Orbit/osquery.flags", "--verbose=true\n"),
        (
            "Orbit/fleet_client.key",
            options["fleet-tls-client-key"].as_str().unwrap(),
        ),
    ] {
        // To the byte: orbit sends what is in it.
        assert_eq!(read(&tree, path).trim_end(), content.trim_end(), "{path}");
    }
    assert_eq!(read(&tree, "Orbit/secret.txt"), "hunter2");
}

/// No digest of these is listed, and nobody but the system and administrators may read them.
#[test]
fn files_with_secrets_are_marked() {
    let tree = own_tree(&spec(&everything()), UPDATE_URL).unwrap();
    for entry in tree.entries() {
        let path = entry.path.as_str();
        let Kind::File {
            on_upgrade, privacy, ..
        } = &entry.kind
        else {
            panic!("{path}")
        };
        let is_secret = !["Orbit/fleet.pem", "Orbit/update.pem"].contains(&path);
        assert_eq!(*privacy == Privacy::Secret, is_secret, "{path}");
        assert_eq!(
            *on_upgrade == OnUpgrade::KeepEdited,
            path == "Orbit/osquery.flags",
            "{path}"
        );
    }
}

#[test]
fn the_update_metadata_lies_in_the_agents_folder() {
    let document = |name: &str| format!(r#"{{"signed":{{"_type":"{name}"}}}}"#).into_bytes();
    let [root, timestamp, snapshot, targets] = ["root", "timestamp", "snapshot", "targets"].map(document);
    let roles = RoleDocuments {
        root: &root,
        timestamp: &timestamp,
        snapshot: &snapshot,
        targets: &targets,
    };
    let tree = metadata_tree(Format::Msi, &LocalMetadata::new(roles).unwrap()).unwrap();
    assert_eq!(
        lines(&tree),
        ["f 600 Orbit/updates-metadata.json", "f 600 Orbit/tuf-metadata.json"]
    );
}
