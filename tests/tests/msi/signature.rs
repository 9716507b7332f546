//! Signed msis, judged by osslsigncode in the way that docs/windows-signing.md shows, and by Windows Installer.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use packager_tests::agent::AgentFixture;
use packager_tests::code_certificate::{CodeCertificate, PASSWORD, PIN, identity};
use packager_tests::docs::commands_of;
use packager_tests::installer_certificate::authority_certificate_pem;
use packager_tests::producer::{Options, Producer};
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, Request};
use packager_tests::wine::WineHost;
use serde_json::Value;

use super::{ROOT, install, secret};

const ALL: [CodeCertificate; 3] = [CodeCertificate::FILE, CodeCertificate::STAMPED, CodeCertificate::TOKEN];

fn signing_with(certificate: CodeCertificate) -> Arc<Producer> {
    let options = Options {
        code_certificate: Some(certificate),
        ..Options::default()
    };
    Producer::with(&AgentFixture::scripts("1.58.0"), options)
}

/// What the page tells to do, by somebody who trusts the test's root.
fn check(package: &[u8]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in [
        ("fleet-osquery.msi", package),
        ("root.pem", identity().root_pem.as_bytes()),
        ("tsa-root.pem", authority_certificate_pem().as_bytes()),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let mut sh = Command::new("sh");
    sh.args(["-euc", &commands_of("windows-signing.md", "check-signature")])
        .current_dir(folder.path());
    Ran::new(sh)
}

#[test]
fn osslsigncode_verifies_every_kind() {
    for certificate in ALL {
        let package = signing_with(certificate).build(&Request::msi());
        let said = check(&package.bytes()).expect_success();
        assert!(said.contains("Signature verification: ok"), "{said}");
        assert!(said.contains("Message digest algorithm         : SHA256"), "{said}");
        assert!(
            said.contains("Fleet osquery") && said.contains("https://fleetdm.com"),
            "{said}"
        );
        let is_stamped =
            said.contains("Timestamp verified") || said.contains("Timestamp Server Signature verification: ok");
        assert_eq!(is_stamped, certificate.is_stamped, "{said}");
    }
}

#[test]
fn a_flipped_byte_breaks_the_signature() {
    let package = signing_with(CodeCertificate::FILE).build(&Request::msi()).bytes();
    assert!(check(&package).succeeded());
    let find = |needle: &[u8]| package.windows(needle.len()).position(|there| there == needle).unwrap();
    for (place, at) in [
        ("a table", find(b"ORBIT_FLEET_URL=[FLEET_URL]")),
        ("a script", find(b"Scripting.FileSystemObject")),
        ("the own cabinet", find(ENROLL_SECRET.as_bytes())),
        // The first cabinet lies behind the header; its data is behind its own.
        ("a shared cabinet", 4096 + 5000),
    ] {
        let mut flipped = package.clone();
        flipped[at] ^= 1;
        let said = check(&flipped);
        assert!(!said.succeeded(), "{place}: {said}");
    }
}

#[test]
fn windows_installer_installs_it() {
    let host = WineHost::fresh();
    install(
        &host,
        &signing_with(CodeCertificate::STAMPED).build(&Request::msi()),
        &[],
    );
    assert_eq!(secret(&host), ENROLL_SECRET);
    assert!(host.exists(&format!(r"{ROOT}\bin\orbit\orbit.exe")));
}

#[test]
fn the_status_says_whether_it_is_signed() {
    let unsigned = Producer::of(&AgentFixture::scripts("1.58.0"));
    assert_eq!(unsigned.status(&Request::msi())["signed"], Value::Bool(false));
    let signing = signing_with(CodeCertificate::FILE);
    assert_eq!(signing.status(&Request::msi())["signed"], Value::Bool(true));
    // No other format is signed with it.
    assert_eq!(signing.status(&Request::deb())["signed"], Value::Bool(false));
}

/// Only what is not shared is stored: a page or two more than without a signature.
#[test]
fn a_package_has_little_of_its_own() {
    let request = Request::msi().with_everything();
    for producer in [
        Producer::of(&AgentFixture::scripts("1.58.0")),
        signing_with(CodeCertificate::STAMPED),
        signing_with(CodeCertificate::TOKEN),
    ] {
        let status = producer.status(&request);
        let own = producer.own_size(&status);
        assert!(own <= 64 << 10, "{own}: {status}");
    }
}

#[test]
fn no_secret_is_in_a_file_or_in_the_log() {
    for certificate in [CodeCertificate::STAMPED, CodeCertificate::TOKEN] {
        let options = Options {
            code_certificate: Some(certificate),
            log: packager_tests::producer::Log::Everything,
            ..Options::default()
        };
        let producer = Producer::with(&AgentFixture::scripts("1.58.0"), options);
        let _ = producer.build(&Request::msi());
        let mut below = Command::new("grep");
        below.args([
            "--recursive",
            "--files-with-matches",
            "--binary-files=text",
            "--fixed-strings",
        ]);
        below
            .args(["-e", ENROLL_SECRET, "-e", PASSWORD])
            .arg(producer.data_dir());
        let found = Ran::new(below);
        assert_eq!(found.code, Some(1), "{found}");
        let log = producer.log();
        for secret in [ENROLL_SECRET, PASSWORD, PIN] {
            assert!(!log.contains(secret), "{log}");
        }
    }
}
