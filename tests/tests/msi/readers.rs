//! Stock readers: msitools, 7-Zip, file.

use std::path::Path;
use std::process::Command;

use packager_sample_agent::{Architecture, Program};
use packager_tests::agent::AgentFixture;
use packager_tests::deb::Deb;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, Request};

use super::package;

fn sh(script: &str, package: &Path, folder: &Path) -> String {
    let mut sh = Command::new("bash");
    sh.args(["-euo", "pipefail", "-c", script, "bash"])
        .arg(package)
        .current_dir(folder);
    Ran::new(sh).expect_success()
}

fn unpacked(package: &Deb) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let _ = sh(r#"msiextract -C . "$1""#, &package.path(), folder.path());
    folder
}

#[test]
fn msiextract_gives_every_byte_back() {
    let agent = AgentFixture::scripts("1.58.0");
    for (arch, architecture, platform) in [
        ("amd64", Architecture::X64, "windows"),
        ("arm64", Architecture::Arm64, "windows-arm64"),
    ] {
        let request = Request::msi().with_everything().with("arch", arch);
        let folder = unpacked(&package("1.58.0", &request));
        let file = |path: &str| std::fs::read(folder.path().join("Orbit").join(path)).unwrap();
        for (program, path) in [
            (Program::Orbit, "bin/orbit/orbit.exe".to_owned()),
            (Program::Orbit, format!("bin/orbit/{platform}/stable/orbit.exe")),
            (
                Program::Osqueryd,
                format!("bin/osqueryd/{platform}/stable/osqueryd.exe"),
            ),
            (
                Program::FleetDesktop,
                format!("bin/desktop/{platform}/stable/fleet-desktop.exe"),
            ),
        ] {
            assert_eq!(file(&path), agent.for_windows(program, architecture), "{path}");
        }
        assert_eq!(file("secret.txt"), ENROLL_SECRET.as_bytes());
        assert_eq!(file("osquery.flags"), b"--verbose=true\n");
    }
}

#[test]
fn seven_zip_finds_nothing_amiss() {
    let package = package("1.58.0", &Request::msi().with_everything());
    let folder = tempfile::tempdir().unwrap();
    let said = sh(
        r#"7z t "$1"; 7z x -y "$1" >/dev/null; for it in *.cab; do 7z t "$it"; done"#,
        &package.path(),
        folder.path(),
    );
    assert!(!said.contains("WARNING") && !said.contains("ERROR"), "{said}");
    assert!(said.matches("Everything is Ok").count() >= 6, "{said}");
}

#[test]
fn msiinfo_tells_what_it_is() {
    for (arch, template) in [("amd64", "x64;1033"), ("arm64", "Arm64;1033")] {
        let package = package("1.58.0", &Request::msi().with("arch", arch));
        let folder = tempfile::tempdir().unwrap();
        let said = sh(r#"msiinfo suminfo "$1""#, &package.path(), folder.path());
        for line in [
            "Subject: Fleet osquery",
            "Author: Fleet Device Management (fleetdm.com)",
            &format!("Template: {template}"),
            "Version: 500 (1f4)",
            "Source: 2 (2)",
        ] {
            assert!(said.lines().any(|said| said == line), "{line}: {said}");
        }
    }
}

#[test]
fn two_packages_are_two_products() {
    let codes = |secret: &str| {
        let package = package("1.58.0", &Request::msi().with("enroll_secret", secret));
        let folder = tempfile::tempdir().unwrap();
        let said = sh(
            r#"msiinfo export "$1" Property | grep -E '^(ProductCode|UpgradeCode)'; msiinfo suminfo "$1" | grep UUID"#,
            &package.path(),
            folder.path(),
        );
        let code = |name: &str| {
            let line = said.lines().find(|line| line.starts_with(name)).unwrap();
            line[line.find('{').unwrap()..].trim().to_owned()
        };
        [code("ProductCode"), code("Revision"), code("UpgradeCode")]
    };
    let (one, other) = (codes("one"), codes("other"));
    assert_ne!(one[0], other[0]);
    assert_ne!(one[1], other[1]);
    assert_ne!(one[0], one[1]);
    assert_eq!(one[2], "{B681CB20-107E-428A-9B14-2D3C1AFED244}");
    assert_eq!(one[2], other[2]);
}

/// Windows keeps a copy of the tables that every user can read.
#[test]
fn the_secret_is_in_no_table() {
    let package = package("1.58.0", &Request::msi().with_everything());
    let folder = tempfile::tempdir().unwrap();
    let tables = sh(
        r#"for table in $(msiinfo tables "$1"); do msiinfo export "$1" "$table"; done"#,
        &package.path(),
        folder.path(),
    );
    assert!(tables.contains("ORBIT_FLEET_URL"), "{tables}");
    let md5 = sh(
        &format!("printf %s '{ENROLL_SECRET}' | md5sum"),
        &package.path(),
        folder.path(),
    );
    let first = i32::from_str_radix(&md5[6..8], 16).unwrap() << 24
        | i32::from_str_radix(&md5[4..6], 16).unwrap() << 16
        | i32::from_str_radix(&md5[2..4], 16).unwrap() << 8
        | i32::from_str_radix(&md5[0..2], 16).unwrap();
    for secret in [ENROLL_SECRET, &first.to_string(), "PRIVATE KEY"] {
        assert!(!tables.contains(secret), "{secret}");
    }
}
