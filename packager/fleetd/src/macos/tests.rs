//! The trees of a macOS package against the facts about Fleet's own. Python's `plistlib` and `/bin/sh` judge what is written.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use packager_formats::{Format, Kind, OnUpgrade, Privacy, Tree};
use packager_spec::{PackageSpec, Submission};
use serde_json::Value;

use crate::samples::{archive, content, executable, lines, package, read};
use crate::{
    Component, EntryContent, Error, Fetched, Form, Program, base_tree, component_tree, configuration_profile, own_tree,
};

const UPDATE_URL: &str = "https://tuf.example";
const DAEMON: &str = "Library/LaunchDaemons/com.fleetdm.orbit.plist";
/// Everything that means something to XML.
const AWKWARD: &str = r#"<&>"' ]]> &amp; é \"#;

fn spec(options: &str) -> PackageSpec {
    let body = format!(
        r#"{{"type":"pkg","fleet_url":"https://fleet.example/a?b&c=d","enroll_secret":"hunter2"{}{options}}}"#,
        if options.is_empty() { "" } else { "," }
    );
    Submission::parse(body.as_bytes()).unwrap().spec
}

fn bundle(name: &str) -> Fetched {
    archive(vec![
        (name, 0o2775, EntryContent::Directory),
        (&format!("{name}/run"), 0o6755, EntryContent::File(content("program"))),
        (&format!("{name}/link"), 0o777, EntryContent::Symlink("run".to_owned())),
    ])
}

/// The shared trees one after the other, as a package has them.
fn agent_tree(spec: &PackageSpec) -> Tree {
    let mut tree = base_tree(Format::Pkg).unwrap();
    for component in Component::all_of(spec) {
        let fetched = match component.program {
            Program::Orbit => executable("orbit"),
            Program::Osqueryd => bundle("osquery.app"),
            Program::Desktop => bundle("Fleet Desktop.app"),
        };
        for entry in component_tree(&component, &fetched).unwrap().entries() {
            tree.push(entry.path.as_str(), entry.mode, entry.kind.clone()).unwrap();
        }
    }
    tree
}

/// A property list as Python reads it.
fn python(list: &[u8]) -> Value {
    let mut child = Command::new("python3")
        .args([
            "-c",
            "import json,plistlib,sys; json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(list).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(list));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The variables that the daemon is started with.
fn environment(spec: &PackageSpec) -> BTreeMap<String, String> {
    let tree = own_tree(spec, UPDATE_URL).unwrap();
    let list = python(read(&tree, DAEMON).as_bytes());
    serde_json::from_value(list["EnvironmentVariables"].clone()).unwrap()
}

#[test]
fn the_agents_files_are_those_of_fleets_own_package() {
    let spec = spec(r#""fleet-desktop":true,"orbit-channel":"edge","osqueryd-channel":"5","desktop-channel":"beta""#);
    let tree = agent_tree(&spec);
    assert_eq!(
        lines(&tree),
        [
            "d 755 Library",
            "d 755 Library/LaunchDaemons",
            "d 755 opt",
            "d 755 opt/orbit",
            "f 644 opt/orbit/certs.pem",
            "d 755 opt/orbit/bin",
            "d 755 opt/orbit/staging",
            "d 755 opt/orbit/bin/orbit",
            "d 755 opt/orbit/bin/orbit/macos",
            "d 755 opt/orbit/bin/orbit/macos/edge",
            "f 755 opt/orbit/bin/orbit/macos/edge/orbit",
            "d 755 opt/orbit/bin/osqueryd",
            "d 755 opt/orbit/bin/osqueryd/macos-app",
            "d 755 opt/orbit/bin/osqueryd/macos-app/5",
            // What an archive says does not make a file run with its owner's rights, nor writable by others.
            "d 755 opt/orbit/bin/osqueryd/macos-app/5/osquery.app",
            "f 755 opt/orbit/bin/osqueryd/macos-app/5/osquery.app/run",
            "l opt/orbit/bin/osqueryd/macos-app/5/osquery.app/link -> run",
            "f 600 opt/orbit/bin/osqueryd/macos-app/5/osqueryd.app.tar.gz.sha512",
            "d 755 opt/orbit/bin/desktop",
            "d 755 opt/orbit/bin/desktop/macos",
            "d 755 opt/orbit/bin/desktop/macos/beta",
            "d 755 opt/orbit/bin/desktop/macos/beta/Fleet Desktop.app",
            "f 755 opt/orbit/bin/desktop/macos/beta/Fleet Desktop.app/run",
            "l opt/orbit/bin/desktop/macos/beta/Fleet Desktop.app/link -> run",
            "f 600 opt/orbit/bin/desktop/macos/beta/desktop.app.tar.gz.sha512",
        ]
    );
    let digest = read(&tree, "opt/orbit/bin/desktop/macos/beta/desktop.app.tar.gz.sha512");
    assert_eq!(digest, "ab".repeat(64));
}

#[test]
fn a_target_in_another_form_is_an_error_that_names_it() {
    for component in Component::all_of(&spec(r#""fleet-desktop":true"#)) {
        let wrong = match component.form() {
            Form::Executable => bundle("x"),
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
fn the_packages_own_files_are_those_of_fleets_own_package() {
    let tree = own_tree(&spec(""), UPDATE_URL).unwrap();
    assert_eq!(
        lines(&tree),
        [
            &format!("f 644 {DAEMON}"),
            "f 600 opt/orbit/secret.txt",
            "f 600 opt/orbit/osquery.flags"
        ]
    );
    // To the byte: orbit sends what is in it.
    assert_eq!(read(&tree, "opt/orbit/secret.txt"), "hunter2");
    assert!(!read(&tree, DAEMON).contains("hunter2"));
    for path in ["opt/orbit/secret.txt", "opt/orbit/osquery.flags"] {
        let Kind::File {
            on_upgrade, privacy, ..
        } = &tree.get(path).unwrap().kind
        else {
            panic!("{path}")
        };
        let kept = path.ends_with("flags");
        assert_eq!(*on_upgrade == OnUpgrade::KeepEdited, kept, "{path}");
        assert_eq!(*privacy, Privacy::Secret, "{path}");
    }
    let without = own_tree(&spec(r#""service":false"#), UPDATE_URL).unwrap();
    assert_eq!(
        lines(&without),
        ["f 600 opt/orbit/secret.txt", "f 600 opt/orbit/osquery.flags"]
    );
}

#[test]
fn the_daemon_is_as_fleets_own() {
    let tree = own_tree(&spec(""), UPDATE_URL).unwrap();
    let list = python(read(&tree, DAEMON).as_bytes());
    let want = serde_json::json!({
        "EnvironmentVariables": {
            "ORBIT_UPDATE_URL": UPDATE_URL,
            "ORBIT_ORBIT_CHANNEL": "stable",
            "ORBIT_OSQUERYD_CHANNEL": "stable",
            "ORBIT_UPDATE_INTERVAL": "15m0s",
            "ORBIT_FLEET_URL": "https://fleet.example/a?b&c=d",
            "ORBIT_ENROLL_SECRET_PATH": "/opt/orbit/secret.txt",
        },
        "KeepAlive": true,
        "Label": "com.fleetdm.orbit",
        "ProgramArguments": ["/opt/orbit/bin/orbit/orbit"],
        "RunAtLoad": true,
        "StandardErrorPath": "/var/log/orbit/orbit.stderr.log",
        "StandardOutPath": "/var/log/orbit/orbit.stdout.log",
        "ThrottleInterval": 10,
    });
    assert_eq!(list, want);
}

#[test]
fn every_option_has_its_variable() {
    let default = environment(&spec(""));
    for (options, name, value) in [
        (r#""debug":true"#, "ORBIT_DEBUG", "true"),
        (r#""disable-updates":true"#, "ORBIT_DISABLE_UPDATES", "true"),
        (r#""insecure":true"#, "ORBIT_INSECURE", "true"),
        (r#""enable-scripts":true"#, "ORBIT_ENABLE_SCRIPTS", "true"),
        (r#""disable-keystore":true"#, "ORBIT_DISABLE_KEYSTORE", "true"),
        (r#""fleet-desktop":true"#, "ORBIT_FLEET_DESKTOP", "true"),
        (
            r#""fleet-desktop":true,"desktop-channel":"edge""#,
            "ORBIT_DESKTOP_CHANNEL",
            "edge",
        ),
        (
            r#""fleet-desktop":true,"fleet-desktop-alternative-browser-host":"d.example:8080""#,
            "ORBIT_FLEET_DESKTOP_ALTERNATIVE_BROWSER_HOST",
            "d.example:8080",
        ),
        (r#""host-identifier":"instance""#, "ORBIT_HOST_IDENTIFIER", "instance"),
        (r#""osquery-db":"/srv/a b""#, "ORBIT_OSQUERY_DB", "/srv/a b"),
        (
            r#""update-url":"https://other.example/?a&b""#,
            "ORBIT_UPDATE_URL",
            "https://other.example/?a&b",
        ),
        (r#""update-interval":"1h30m""#, "ORBIT_UPDATE_INTERVAL", "1h30m0s"),
        (r#""orbit-channel":"edge""#, "ORBIT_ORBIT_CHANNEL", "edge"),
        (r#""osqueryd-channel":"5""#, "ORBIT_OSQUERYD_CHANNEL", "5"),
        (
            r#""use-system-configuration":true"#,
            "ORBIT_USE_SYSTEM_CONFIGURATION",
            "true",
        ),
    ] {
        let set = environment(&spec(options));
        assert_eq!(set.get(name).map(String::as_str), Some(value), "{options}");
        assert_ne!(set, default, "{options}");
    }
    assert_eq!(environment(&spec(r#""host-identifier":"uuid""#)), default);
}

#[test]
fn a_package_for_the_systems_configuration_is_the_same_for_everybody() {
    let with = |credentials: &str| {
        let body = format!(r#"{{"type":"pkg","use-system-configuration":true,"enable-scripts":true{credentials}}}"#);
        Submission::parse(body.as_bytes()).unwrap().spec
    };
    let one = with(r#","fleet_url":"https://one.example","enroll_secret":"hunter2""#);
    let other = with(r#","fleet_url":"https://other.example","enroll_secret":"hunter3""#);
    let none = with("");
    let identity = |spec: &PackageSpec| own_tree(spec, UPDATE_URL).unwrap().identity();
    assert_eq!(identity(&one), identity(&other));
    assert_eq!(identity(&one), identity(&none));
    let tree = own_tree(&one, UPDATE_URL).unwrap();
    assert_eq!(read(&tree, "opt/orbit/secret.txt"), "");
    let variables = environment(&one);
    for name in ["ORBIT_FLEET_URL", "ORBIT_ENROLL_SECRET_PATH", "ORBIT_ENROLL_SECRET"] {
        assert!(!variables.contains_key(name), "{name}");
    }
    assert!(configuration_profile(&none).unwrap().is_none());
    assert!(configuration_profile(&spec("")).unwrap().is_none());
}

#[test]
fn the_profile_is_fleets_with_what_was_asked_for() {
    for scripts in [true, false] {
        let secret = AWKWARD;
        let body = serde_json::json!({
            "type": "pkg",
            "use-system-configuration": true,
            "enable-scripts": scripts,
            "fleet_url": "https://fleet.example/?a&b=c",
            "enroll_secret": secret,
        });
        let spec = Submission::parse(body.to_string().as_bytes()).unwrap().spec;
        let profile = configuration_profile(&spec).unwrap().unwrap();
        let profile = python(&profile);
        let payload = &profile["PayloadContent"][0];
        let want = serde_json::json!({
            "EnableScripts": scripts,
            "EnrollSecret": secret,
            "FleetURL": "https://fleet.example/?a&b=c",
            "PayloadDisplayName": "Fleetd configuration",
            "PayloadIdentifier": "com.fleetdm.fleetd.config",
            "PayloadType": "com.fleetdm.fleetd.config",
            "PayloadUUID": "476F5334-D501-4768-9A31-1A18A4E1E807",
            "PayloadVersion": 1,
        });
        assert_eq!(*payload, want);
        for (key, value) in [
            ("PayloadType", "Configuration"),
            ("PayloadIdentifier", "com.fleetdm.fleetd.config"),
            ("PayloadUUID", "0C6AFB45-01B6-4E19-944A-123CD16381C7"),
            ("PayloadScope", "System"),
        ] {
            assert_eq!(profile[key], value, "{key}");
        }
    }
}

#[test]
fn the_script_restarts_the_daemon_only_if_there_is_one() {
    let named = package(&spec(r#""orbit-channel":"edge""#));
    assert_eq!(
        (named.identifier.as_str(), named.title.as_str()),
        ("com.fleetdm.orbit", "Fleet osquery")
    );
    let with = named.scripts.post_install.unwrap();
    assert!(with.contains("launchctl bootstrap") && with.contains("/macos/edge/orbit"));
    let without = package(&spec(r#""service":false"#)).scripts;
    assert!(!without.post_install.unwrap().contains("launchctl"));
    assert!(without.pre_install.is_none());
}

/// On a volume that is not the running system's, links are made and nothing is started.
#[test]
fn another_volume_gets_links_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("opt/orbit/bin/orbit")).unwrap();
    let script = package(&spec("")).scripts.post_install.unwrap();
    for _ in 0..2 {
        let output = Command::new("/bin/sh")
            .args(["-euc", &script, "postinstall", "it.pkg", "/"])
            .arg(folder.path())
            .env("PATH", "/usr/bin:/bin")
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    }
    let link = |path: &str| {
        std::fs::read_link(folder.path().join(path))
            .unwrap()
            .display()
            .to_string()
    };
    assert_eq!(
        link("opt/orbit/bin/orbit/orbit"),
        "/opt/orbit/bin/orbit/macos/stable/orbit"
    );
    assert_eq!(link("usr/local/bin/orbit"), "/opt/orbit/bin/orbit/orbit");
    assert!(folder.path().join("var/log/orbit").is_dir());
}
