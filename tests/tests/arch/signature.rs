//! Signed Arch packages, judged by the real gpg and pacman, with keys trusted as docs/arch.md says.

use std::fs;
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::arch::{ArchHost, ArchPackage};
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::signing::Key;

const ED25519: Key = Key::plain("ed25519.asc");
const OTHER: Key = Key::plain("other.asc");
const KEYS: [Key; 6] = [
    ED25519,
    Key::plain("rsa4096.asc"),
    Key::protected("ed25519-passphrase.asc"),
    Key::protected("rsa4096-passphrase.asc"),
    Key::plain("default-2.4.asc"),
    Key::plain("subkeys.asc"),
];

pub fn signed_with(key: Key) -> ArchPackage {
    Producer::signing(&AgentFixture::scripts("1.58.0"), key).build(&Request::arch())
}

#[test]
fn gpg_verifies_the_signature_of_every_kind_of_key() {
    for key in KEYS {
        let package = signed_with(key);
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("keyring"), key.public()).unwrap();
        fs::write(path("signature"), package.signature().unwrap()).unwrap();
        let verify = |signed: &[u8]| {
            fs::write(path("signed"), signed).unwrap();
            let mut gpgv = Command::new("gpgv");
            gpgv.current_dir(folder.path())
                .args(["--status-fd", "1", "--keyring", "./keyring", "signature", "signed"]);
            Ran::new(gpgv)
        };
        let mut bytes = package.bytes();
        let good = verify(&bytes).expect_success();
        assert!(good.contains("VALIDSIG") && good.contains(&key.fingerprint()), "{good}");
        *bytes.last_mut().unwrap() ^= 1;
        assert!(verify(&bytes).expect_failure().contains("BAD signature"), "{key:?}");
    }
}

#[test]
fn pacman_takes_signed_packages_of_trusted_keys_alone() {
    let host = ArchHost::fresh();
    host.trust(&[OTHER]);
    let package = signed_with(ED25519);
    let refused = host.pacman_install(&package);
    assert!(
        !refused.succeeded() && refused.stderr.contains("required key missing from keyring"),
        "{refused}"
    );

    host.trust(&[OTHER, ED25519]);
    // Without its signature, with that of another package, and changed.
    let path = host.place(&package);
    let sig = format!("{path}.sig");
    let refused = |why: &str| {
        let ran = host.pacman(&["-U", &path]);
        assert!(!ran.succeeded() && ran.to_string().contains(why), "{why}: {ran}");
    };
    fs::remove_file(&sig).unwrap();
    refused("missing required signature");
    let other = Producer::signing(&AgentFixture::scripts("1.58.1"), ED25519).build(&Request::arch());
    fs::write(&sig, other.signature().unwrap()).unwrap();
    refused("invalid or corrupted package");
    fs::write(&sig, package.signature().unwrap()).unwrap();
    for place in [10, package.bytes().len() / 2, package.bytes().len() - 1] {
        let mut bytes = package.bytes();
        bytes[place] ^= 1;
        fs::write(&path, bytes).unwrap();
        refused("invalid or corrupted package");
    }

    host.upgrade(&package);
    assert_eq!(host.installed(), "fleet-osquery 1.58.0-1\n");
}

#[test]
fn an_unsigned_package_has_no_signature_beside_it() {
    let package = Producer::of(&AgentFixture::scripts("1.58.0")).build(&Request::arch());
    assert_eq!(package.signature(), None);
}
