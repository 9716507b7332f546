//! dnf, with a repository that `createrepo_c` made, as docs/rpm.md says.

use std::fs;
use std::process::Command;

use packager_signing::OpenPgpSigner;
use packager_tests::agent::AgentFixture;
use packager_tests::dnf::DnfHost;
use packager_tests::docs::commands_of;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::rpm::{Rpm, RpmHost};
use packager_tests::signing::Key;

use crate::upgrade::{EDITED, FLAGS, flags, request};

const KEY: Key = Key::plain("rsa4096.asc");
const OTHER: Key = Key::plain("other.asc");

fn release(version: &str, key: Key) -> Rpm {
    Producer::signing(&AgentFixture::scripts(version), key).build(&request(version))
}

fn assert_installed(host: &DnfHost, version: &str) {
    let installed = host.host().installed();
    assert_eq!(installed, format!("fleet-osquery-{version}-1.x86_64\n"));
    assert_eq!(
        host.host().run(&["systemctl", "is-enabled", "orbit.service"]).stdout,
        "enabled\n"
    );
}

#[test]
fn a_life() {
    let host = DnfHost::trusting(KEY);
    host.publish(&[&release("1.58.0", KEY)]);
    let _ = host.run("install", "").expect_success();
    assert_installed(&host, "1.58.0");
    // With all dependencies: rpm finds nothing that is missing.
    assert_eq!(host.host().ask_rpm(&["--verify", PACKAGE]), "");

    host.host().write(FLAGS, EDITED);
    host.publish(&[&release("1.58.1", KEY)]);
    let _ = host.run("upgrade", "").expect_success();
    assert_installed(&host, "1.58.1");
    assert_eq!(host.host().read(FLAGS), EDITED);
    assert_eq!(host.host().read(&format!("{FLAGS}.rpmnew")), flags("1.58.1"));

    // The same version with another secret.
    let producer = Producer::signing(&AgentFixture::scripts("1.58.1"), KEY);
    let other = producer.build(&request("1.58.1").with("enroll_secret", "another-secret"));
    host.publish(&[&other]);
    let _ = host.run("upgrade", "").expect_success();
    assert!(!host.host().read("/etc/default/orbit").contains("another-secret"));
    let _ = host.run("reinstall", "").expect_success();
    assert!(host.host().read("/etc/default/orbit").contains("another-secret"));
    assert_installed(&host, "1.58.1");

    let _ = host.run("downgrade", "version=1.58.0").expect_success();
    assert_installed(&host, "1.58.0");
    assert_eq!(host.host().read(FLAGS), EDITED);

    let _ = host.run("remove", "").expect_success();
    assert_eq!(host.host().installed(), "");
    assert!(!host.host().exists("/opt/orbit") && !host.host().exists("/etc/default/orbit"));
}

#[test]
fn other_keys_no_signature_and_changed_packages_are_refused() {
    let host = DnfHost::trusting(KEY);
    host.publish(&[&release("1.58.0", OTHER)]);
    let refused = host.run("install", "");
    assert!(!refused.succeeded(), "{refused}");
    let unsigned = packager_tests::rpm::build_rpm(&request("1.58.1"), &AgentFixture::scripts("1.58.1"));
    host.publish(&[&unsigned]);
    let refused = host.run("install", "");
    assert!(
        !refused.succeeded() && refused.stderr.contains("not signed"),
        "{refused}"
    );

    // A package that changed after it was published.
    let good = release("1.58.2", KEY);
    host.publish(&[&good]);
    let mut bytes = good.bytes();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let path = host.repository().join(good.file_name());
    fs::write(&path, bytes).unwrap();
    let refused = host.run("install", "");
    assert!(!refused.succeeded(), "{refused}");
    // Published as it is now, the repository vouches for it; its own digests do not.
    host.publish(&[]);
    let refused = host.run("install", "");
    assert!(!refused.succeeded(), "{refused}");
    assert_eq!(host.host().installed(), "");

    host.publish(&[&good]);
    let _ = host.run("install", "").expect_success();
    assert_installed(&host, "1.58.2");
}

#[test]
fn a_key_made_as_the_documentation_says_works() {
    let folder = tempfile::tempdir().unwrap();
    let mut sh = Command::new("sh");
    sh.args([
        "-euc",
        &format!("{}\ngpgconf --kill all", commands_of("rpm.md", "make-key")),
    ])
    .env("GNUPGHOME", folder.path())
    .current_dir(folder.path());
    let _ = Ran::new(sh).expect_success();
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let passphrase = String::from_utf8(read("rpm-signing.passphrase")).unwrap();
    let now = std::time::SystemTime::now().try_into().unwrap();
    let signer = OpenPgpSigner::load(&read("rpm-signing.key"), Some(passphrase.trim_end().as_bytes()), now).unwrap();
    assert!(signer.expires_at().is_some());
    assert!(read("fleet.asc").starts_with(b"-----BEGIN PGP PUBLIC KEY"));
}
