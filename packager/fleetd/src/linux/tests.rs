//! The trees of a Linux package against the facts about Fleet's own. The installed result is compared by the scenarios
//! with the real dpkg.

use packager_artifact::Sha256Digest;
use packager_formats::{Format, Kind, OnUpgrade, Privacy, Tree};
use packager_spec::{PackageSpec, Submission};

use super::{base_tree, component_tree, own_tree};
use crate::samples::{self, content, executable, lines, read};
use crate::{Component, EntryContent, Error, Fetched, Form, LocalMetadata, Program, RoleDocuments, metadata_tree};

const UPDATE_URL: &str = "https://tuf.example";

fn spec(options: &str) -> PackageSpec {
    let body = format!(
        r#"{{"type":"deb","fleet_url":"https://fleet.example","enroll_secret":"hunter2"{}{options}}}"#,
        if options.is_empty() { "" } else { "," }
    );
    Submission::parse(body.as_bytes()).unwrap().spec
}

fn archive() -> Fetched {
    let file = |text| EntryContent::File(content(text));
    samples::archive(vec![
        ("fleet-desktop", 0o2777, EntryContent::Directory),
        ("fleet-desktop/fleet-desktop", 0o6755, file("desktop")),
        ("fleet-desktop/readme", 0o666, file("text")),
    ])
}

/// The shared trees one after the other, as a package has them.
fn agent_tree(spec: &PackageSpec) -> Tree {
    let mut tree = base_tree(Format::Deb).unwrap();
    for component in Component::all_of(spec) {
        let fetched = match component.program {
            Program::Desktop => archive(),
            program => executable(program.as_str()),
        };
        for entry in component_tree(&component, &fetched).unwrap().entries() {
            tree.push(entry.path.as_str(), entry.mode, entry.kind.clone()).unwrap();
        }
    }
    tree
}

#[test]
fn an_rpm_carries_no_directory_that_is_the_hosts() {
    let own = ["opt/orbit", "opt/orbit/bin", "var/log/orbit", "var/log/osquery"];
    for line in lines(&base_tree(Format::Rpm).unwrap()) {
        if let Some(directory) = line.strip_prefix("d 755 ") {
            assert!(own.contains(&directory), "{directory}");
        }
    }
    let paths = |format| {
        let tree = base_tree(format).unwrap();
        tree.entries()
            .iter()
            .map(|entry| entry.path.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(paths(Format::Rpm), paths(Format::Deb));
}

#[test]
fn the_agents_files_are_those_of_fleets_own_package() {
    let tree = agent_tree(&spec(""));
    assert_eq!(
        lines(&tree),
        [
            "d 755 etc",
            "d 755 etc/default",
            "d 755 usr",
            "d 755 usr/lib",
            "d 755 usr/lib/systemd",
            "d 755 usr/lib/systemd/system",
            "d 755 var",
            "d 755 var/log",
            "h opt",
            "h usr/local",
            "h usr/local/bin",
            "d 755 opt/orbit",
            "d 755 var/log/osquery",
            "d 755 var/log/orbit",
            "f 644 usr/lib/systemd/system/orbit.service",
            "f 644 opt/orbit/certs.pem",
            "d 755 opt/orbit/bin",
            "d 755 opt/orbit/bin/orbit",
            "d 755 opt/orbit/bin/orbit/linux",
            "d 755 opt/orbit/bin/orbit/linux/stable",
            "f 755 opt/orbit/bin/orbit/linux/stable/orbit",
            "l opt/orbit/bin/orbit/orbit -> /opt/orbit/bin/orbit/linux/stable/orbit",
            "l usr/local/bin/orbit -> /opt/orbit/bin/orbit/orbit",
            "d 755 opt/orbit/bin/osqueryd",
            "d 755 opt/orbit/bin/osqueryd/linux",
            "d 755 opt/orbit/bin/osqueryd/linux/stable",
            "f 755 opt/orbit/bin/osqueryd/linux/stable/osqueryd",
        ]
    );
    assert_eq!(read(&tree, "opt/orbit/bin/orbit/linux/stable/orbit"), "orbit");
    assert_eq!(read(&tree, "opt/orbit/bin/osqueryd/linux/stable/osqueryd"), "osqueryd");
}

#[test]
fn desktop_channels_and_architecture_are_in_the_paths() {
    let spec = spec(
        r#""arch":"arm64","fleet-desktop":true,"orbit-channel":"edge","osqueryd-channel":"5","desktop-channel":"beta""#,
    );
    let tree = agent_tree(&spec);
    let lines = lines(&tree);
    for line in [
        "f 755 opt/orbit/bin/orbit/linux-arm64/edge/orbit",
        "f 755 opt/orbit/bin/osqueryd/linux-arm64/5/osqueryd",
        // What an archive says does not make a file run with its owner's rights, nor writable by others.
        "d 755 opt/orbit/bin/desktop/linux-arm64/beta/fleet-desktop",
        "f 755 opt/orbit/bin/desktop/linux-arm64/beta/fleet-desktop/fleet-desktop",
        "f 644 opt/orbit/bin/desktop/linux-arm64/beta/fleet-desktop/readme",
        "f 600 opt/orbit/bin/desktop/linux-arm64/beta/desktop.tar.gz.sha512",
        "l opt/orbit/bin/orbit/orbit -> /opt/orbit/bin/orbit/linux-arm64/edge/orbit",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line} in {lines:#?}");
    }
    let digest = read(&tree, "opt/orbit/bin/desktop/linux-arm64/beta/desktop.tar.gz.sha512");
    assert_eq!(digest, "ab".repeat(64));
    assert_eq!(Component::all_of(&self::spec("")).len(), 2);
}

#[test]
fn a_target_in_another_form_is_an_error_that_names_it() {
    for component in Component::all_of(&spec(r#""fleet-desktop":true"#)) {
        let wrong = match component.form() {
            Form::Executable => archive(),
            Form::Archive => executable("x"),
        };
        let error = component_tree(&component, &wrong).err().unwrap();
        let name = component.program.as_str();
        assert!(
            matches!(error, Error::Component { component, .. } if component == name),
            "{error}"
        );
    }
}

#[test]
fn a_tree_of_placeholders_is_named_by_target_and_place() {
    let [one, other] = [b"1", b"2"].map(|bytes| Sha256Digest::of(bytes));
    let named = |component: &Component, identity| {
        let placeholder = Fetched::placeholder(component.form(), identity);
        component_tree(component, &placeholder).unwrap().identity()
    };
    let mut distinct = std::collections::HashSet::new();
    for mut component in Component::all_of(&spec(r#""fleet-desktop":true"#)) {
        assert_eq!(named(&component, one), named(&component, one));
        distinct.insert(named(&component, one));
        distinct.insert(named(&component, other));
        component.channel = "edge".try_into().unwrap();
        distinct.insert(named(&component, one));
    }
    assert_eq!(distinct.len(), 9);
}

#[test]
fn metadata_lies_under_both_names() {
    let documents = RoleDocuments {
        root: b"{}",
        timestamp: b"{}",
        snapshot: b"{}",
        targets: b"{}",
    };
    let tree = metadata_tree(Format::Deb, &LocalMetadata::new(documents).unwrap()).unwrap();
    assert_eq!(
        lines(&tree),
        [
            "f 600 opt/orbit/updates-metadata.json",
            "f 600 opt/orbit/tuf-metadata.json"
        ]
    );
    let one = read(&tree, "opt/orbit/updates-metadata.json");
    assert_eq!(one, read(&tree, "opt/orbit/tuf-metadata.json"));
}

#[test]
fn the_shortest_request_sets_what_the_agent_needs() {
    let tree = own_tree(&spec(""), UPDATE_URL).unwrap();
    assert_eq!(
        lines(&tree),
        ["f 600 etc/default/orbit", "f 600 opt/orbit/osquery.flags"]
    );
    assert_eq!(
        read(&tree, "etc/default/orbit"),
        "ORBIT_UPDATE_URL=https://tuf.example\n\
         ORBIT_ORBIT_CHANNEL=stable\n\
         ORBIT_OSQUERYD_CHANNEL=stable\n\
         ORBIT_UPDATE_INTERVAL=15m0s\n\
         ORBIT_FLEET_URL=https://fleet.example\n\
         ORBIT_ENROLL_SECRET=hunter2\n"
    );
    assert_eq!(read(&tree, "opt/orbit/osquery.flags"), "");
}

#[test]
fn every_option_has_its_line() {
    for (options, line) in [
        (r#""debug":true"#, "ORBIT_DEBUG=true"),
        (r#""disable-updates":true"#, "ORBIT_DISABLE_UPDATES=true"),
        (r#""insecure":true"#, "ORBIT_INSECURE=true"),
        (r#""enable-scripts":true"#, "ORBIT_ENABLE_SCRIPTS=true"),
        (
            r#""disable-setup-experience":true"#,
            "ORBIT_DISABLE_SETUP_EXPERIENCE=true",
        ),
        (r#""bypass-end-user-auth":true"#, "ORBIT_BYPASS_END_USER_AUTH=true"),
        (
            r#""fleet-managed-host-identity-certificate":true"#,
            "ORBIT_FLEET_MANAGED_HOST_IDENTITY_CERTIFICATE=true",
        ),
        (r#""fleet-desktop":true"#, "ORBIT_FLEET_DESKTOP=true"),
        (
            r#""fleet-desktop":true,"desktop-channel":"edge""#,
            "ORBIT_DESKTOP_CHANNEL=edge",
        ),
        (
            r#""fleet-desktop":true,"fleet-desktop-alternative-browser-host":"d.example:8080""#,
            "ORBIT_FLEET_DESKTOP_ALTERNATIVE_BROWSER_HOST=d.example:8080",
        ),
        (r#""host-identifier":"instance""#, "ORBIT_HOST_IDENTIFIER=instance"),
        (r#""osquery-db":"/srv/db""#, "ORBIT_OSQUERY_DB=/srv/db"),
        (r#""end-user-email":"a@b.example""#, "ORBIT_END_USER_EMAIL=a@b.example"),
        (
            r#""update-url":"https://other.example""#,
            "ORBIT_UPDATE_URL=https://other.example",
        ),
        (r#""update-interval":"1h30m""#, "ORBIT_UPDATE_INTERVAL=1h30m0s"),
        (r#""orbit-channel":"edge""#, "ORBIT_ORBIT_CHANNEL=edge"),
        (r#""osqueryd-channel":"5""#, "ORBIT_OSQUERYD_CHANNEL=5"),
    ] {
        let name = line.split('=').next().unwrap();
        let environment = read(&own_tree(&spec(options), UPDATE_URL).unwrap(), "etc/default/orbit");
        let set: Vec<&str> = environment
            .lines()
            .filter(|found| found.split('=').next() == Some(name))
            .collect();
        assert_eq!(set, [line], "{options}");
    }
    // uuid is the default, and the keystore is none of Linux.
    for options in [r#""host-identifier":"uuid""#, r#""disable-keystore":true"#] {
        let tree = own_tree(&spec(options), UPDATE_URL).unwrap();
        let default = own_tree(&spec(""), UPDATE_URL).unwrap();
        assert_eq!(read(&tree, "etc/default/orbit"), read(&default, "etc/default/orbit"));
    }
}

#[test]
fn the_environment_file_is_secret_and_the_flagfile_is_kept() {
    let spec = spec(r#""osquery-flagfile":"--verbose\n# note\n""#);
    let tree = own_tree(&spec, UPDATE_URL).unwrap();
    assert_eq!(read(&tree, "opt/orbit/osquery.flags"), "--verbose\n# note\n");
    for (path, want) in [
        ("etc/default/orbit", OnUpgrade::Replace),
        ("opt/orbit/osquery.flags", OnUpgrade::KeepEdited),
    ] {
        let Kind::File {
            on_upgrade, privacy, ..
        } = &tree.get(path).unwrap().kind
        else {
            panic!("{path}")
        };
        assert_eq!((*on_upgrade, *privacy), (want, Privacy::Secret), "{path}");
    }
}

#[test]
fn the_package_says_what_fleets_own_says() {
    let package = samples::package(&spec(r#""arch":"arm64""#));
    assert_eq!(package.name, "fleet-osquery");
    assert_eq!(package.version, "1.58.0");
    assert_eq!(package.architecture, packager_formats::Architecture::Arm64);
    assert_eq!(package.maintainer, "Fleet Device Management");
    assert_eq!(package.description, "Fleet osquery -- runtime and autoupdater");
    assert_eq!(package.build_time, 7);
    let with = package.scripts.post_install.unwrap();
    assert!(with.contains("systemctl enable orbit.service"));
    let without = samples::package(&spec(r#""service":false"#))
        .scripts
        .post_install
        .unwrap();
    assert!(!without.contains("enable") && !without.contains("restart"), "{without}");
}
