//! The package that takes URL and secret from the system's configuration, and the profile that has them.

use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::pkg::{Pkg, UnpackedPkg, build_pkg};
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL, Request};

fn request() -> Request {
    Request::pkg().with("use-system-configuration", true)
}

fn build(request: &Request) -> Pkg {
    build_pkg(request, &AgentFixture::scripts("1.58.0"))
}

/// The value of an expression about `list`, a property list as Python reads it.
fn python(list: &[u8], expression: &str) -> String {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), list).unwrap();
    let script = format!("import plistlib,sys\nlist = plistlib.load(open(sys.argv[1], 'rb'))\nprint({expression})");
    let mut python = Command::new("python3");
    python.args(["-c", &script]).arg(file.path());
    Ran::new(python).expect_success().trim_end().to_owned()
}

#[test]
fn one_package_serves_everybody() {
    let one = build(&request());
    let other = request()
        .with("fleet_url", "https://other.example.com")
        .with("enroll_secret", "another-secret");
    let other = build(&other);
    let none = build(&request().without("fleet_url").without("enroll_secret"));
    assert!(one.bytes() == other.bytes() && one.bytes() == none.bytes());
    assert_ne!(one.profile(), other.profile());
    assert!(none.profile().is_none());

    let pkg = UnpackedPkg::of(&one);
    assert_eq!(pkg.text("Payload/opt/orbit/secret.txt"), "");
    let daemon = pkg.read("Payload/Library/LaunchDaemons/com.fleetdm.orbit.plist");
    let variables = python(&daemon, "sorted(list['EnvironmentVariables'])");
    assert!(variables.contains("'ORBIT_USE_SYSTEM_CONFIGURATION'"), "{variables}");
    for name in ["ORBIT_FLEET_URL", "ORBIT_ENROLL_SECRET"] {
        assert!(!variables.contains(name), "{variables}");
    }
}

#[test]
fn the_profile_has_what_was_asked_for() {
    let secret = r#"a & b <c> "d" 'e' ]]>"#;
    let awkward = request().with("enroll_secret", secret).with("enable-scripts", true);
    for (request, secret, scripts) in [(request(), ENROLL_SECRET, "False"), (awkward, secret, "True")] {
        let profile = build(&request).profile().unwrap();
        let value = |key: &str| python(&profile, &format!("list['PayloadContent'][0]['{key}']"));
        assert_eq!(value("EnrollSecret"), secret);
        assert_eq!(value("FleetURL"), FLEET_URL);
        assert_eq!(value("EnableScripts"), scripts);
        assert_eq!(value("PayloadType"), "com.fleetdm.fleetd.config");
        assert_eq!(python(&profile, "list['PayloadType']"), "Configuration");
    }
}

#[test]
fn other_packages_have_none() {
    assert!(build(&Request::pkg()).profile().is_none());
}
