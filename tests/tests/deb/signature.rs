//! Signed debs, judged by the real debsig-verify, on a host set up as docs/signing.md says.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{fs, ops::Range};

use packager_signing::OpenPgpSigner;
use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::deb::{Deb, build_deb};
use packager_tests::host::Host;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::signing::Key;
use tempfile::TempDir;

const ED25519: Key = Key::plain("ed25519.asc");
const OTHER: Key = Key::plain("other.asc");
const KEYS: [Key; 6] = [
    ED25519,
    Key::plain("rsa4096.asc"),
    Key::protected("ed25519-passphrase.asc"),
    Key::protected("rsa4096-passphrase.asc"),
    Key::plain("default-2.2.asc"),
    Key::plain("default-2.4.asc"),
];

/// What debsig-verify(1) says with its exit status.
const ACCEPTED: i32 = 0;
const NO_SIGNATURE: i32 = 10;
const UNKNOWN_KEY: i32 = 11;
const NO_POLICY: i32 = 12;
const BAD_SIGNATURE: i32 = 13;

/// Policies and keyrings, below a root of their own.
struct Policies(TempDir);

impl Policies {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Trusts packages that name `origin` as their key, with the public part of `key`.
    fn trust(&self, origin: &str, key: Key) {
        let policies = self.folder("etc/debsig/policies", origin);
        let policy = policy().replace("FINGERPRINT", origin);
        fs::write(policies.join("fleet-packager.pol"), policy).unwrap();
        let keyring = self
            .folder("usr/share/debsig/keyrings", origin)
            .join("fleet-packager.pgp");
        fs::write(keyring, key.public()).unwrap();
    }

    fn folder(&self, parent: &str, name: &str) -> PathBuf {
        let folder = self.0.path().join(parent).join(name);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn verify(&self, deb: &Path) -> Ran {
        let mut command = Command::new("debsig-verify");
        command
            .args(["--verbose", "--root"])
            .args([self.0.path(), deb])
            .env("TMPDIR", self.0.path());
        Ran::new(command)
    }
}

/// The policy that docs/signing.md gives, with `FINGERPRINT` for the key's.
fn policy() -> String {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/signing.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("```xml\n").unwrap();
    rest.split_once("```").unwrap().0.to_owned()
}

fn signed_with(key: Key) -> Deb {
    Producer::signing(&AgentFixture::scripts("1.58.0"), key).build(&Request::deb())
}

#[test]
fn debsig_verify_accepts_every_kind_of_key() {
    for key in KEYS {
        let policies = Policies::new();
        policies.trust(&key.fingerprint(), key);
        let ran = policies.verify(&signed_with(key).path());
        assert_eq!(ran.code, Some(ACCEPTED), "{key:?}: {ran}");
    }
}

/// debsig-verify before version 0.24, as in Debian 11, looks for the last 16 digits alone.
#[test]
fn policies_may_be_named_by_the_long_key_id() {
    let fingerprint = ED25519.fingerprint();
    let policies = Policies::new();
    policies.trust(&fingerprint[24..], ED25519);
    let ran = policies.verify(&signed_with(ED25519).path());
    assert_eq!(ran.code, Some(ACCEPTED), "{ran}");
}

/// debsig-verify knows subkeys since version 0.30, as in Debian 13.
#[test]
fn a_subkey_is_known_to_later_versions() {
    let key = Key::plain("subkeys.asc");
    let policies = Policies::new();
    policies.trust(&key.fingerprint(), key);
    let mut version = Command::new("sh");
    version.args([
        "-c",
        "dpkg --compare-versions $(dpkg-query --show --showformat '${Version}' debsig-verify) ge 0.30",
    ]);
    let expected = if Ran::new(version).succeeded() {
        ACCEPTED
    } else {
        NO_POLICY
    };
    let ran = policies.verify(&signed_with(key).path());
    assert_eq!(ran.code, Some(expected), "{ran}");
}

#[test]
fn debsig_verify_refuses_other_packages() {
    let policies = Policies::new();
    policies.trust(&ED25519.fingerprint(), ED25519);
    let unsigned = build_deb(&Request::deb(), &AgentFixture::scripts("1.58.0"));
    let ran = policies.verify(&unsigned.path());
    assert_eq!(ran.code, Some(NO_SIGNATURE), "{ran}");
    let ran = policies.verify(&signed_with(OTHER).path());
    assert_eq!(ran.code, Some(UNKNOWN_KEY), "{ran}");
    // Somebody who puts his policy in place, but not his key.
    policies.trust(&OTHER.fingerprint(), ED25519);
    let ran = policies.verify(&signed_with(OTHER).path());
    assert!(!ran.succeeded(), "{ran}");
}

#[test]
fn a_flipped_byte_in_any_member_is_noticed() {
    for key in [ED25519, Key::plain("rsa4096.asc")] {
        let deb = signed_with(key);
        let policies = Policies::new();
        policies.trust(&key.fingerprint(), key);
        let good = fs::read(deb.path()).unwrap();
        // Another customer's differs from where the own bytes of the first begin.
        let other = Producer::signing(&AgentFixture::scripts("1.58.0"), key)
            .build(&Request::deb().with("enroll_secret", "another"));
        let other = fs::read(other.path()).unwrap();
        let own = good.iter().zip(&other).position(|(one, two)| one != two).unwrap();
        for (what, byte) in places(&good, own) {
            let mut bytes = good.clone();
            bytes[byte] ^= 0x01;
            let path = policies.0.path().join("flipped.deb");
            fs::write(&path, &bytes).unwrap();
            let ran = policies.verify(&path);
            assert_eq!(ran.code, Some(BAD_SIGNATURE), "{key:?}, {what}: {ran}");
        }
    }
}

/// The middle of each member's content, and of each part of `data.tar`, whose own bytes begin at `own`.
fn places(deb: &[u8], own: usize) -> Vec<(String, usize)> {
    let middle = |range: &Range<usize>| range.start + range.len() / 2;
    let mut places = Vec::new();
    for (name, content) in members(deb) {
        if name.starts_with("data.tar") {
            places.push(("shared part of data.tar".to_owned(), middle(&(content.start..own))));
            places.push(("own tail of data.tar".to_owned(), middle(&(own..content.end))));
            places.push(("end of data.tar".to_owned(), content.end - 1));
        } else if name == "_gpgorigin" {
            // Its first bytes say what it is and by whom; the last are the signature's numbers.
            places.push((name, content.end - 5));
        } else {
            places.push((name, middle(&content)));
        }
    }
    let names: Vec<_> = places.iter().map(|(name, _)| name.as_str()).collect();
    let parts = ["shared part of data.tar", "own tail of data.tar", "end of data.tar"];
    let expected = [&["debian-binary", "control.tar.gz"], &parts[..], &["_gpgorigin"]].concat();
    assert_eq!(names, expected);
    places
}

fn members(deb: &[u8]) -> Vec<(String, Range<usize>)> {
    let mut members = Vec::new();
    let mut offset = 8;
    while offset < deb.len() {
        let field = |range: Range<usize>| std::str::from_utf8(&deb[offset + range.start..offset + range.end]).unwrap();
        let size: usize = field(48..58).trim_end().parse().unwrap();
        members.push((field(0..16).trim_end().to_owned(), offset + 60..offset + 60 + size));
        offset += 60 + size + size % 2;
    }
    members
}

#[test]
fn dpkg_and_ar_read_a_signed_package() {
    let host = Chroot::fresh();
    let deb = signed_with(ED25519);
    let mut ar = Command::new("ar");
    ar.arg("t").arg(deb.path());
    assert_eq!(
        Ran::new(ar).expect_success(),
        "debian-binary\ncontrol.tar.gz\ndata.tar.xz\n_gpgorigin\n"
    );
    let path = host.put(&deb);
    assert!(host.sh(r#"dpkg-deb --info "$1""#, &[&path]).contains("fleet-osquery"));
    host.install(&deb);
    assert!(host.exists("/opt/orbit/bin/orbit/orbit"));
    host.remove();
}

/// The commands that docs/signing.md gives, in a folder of their own.
#[test]
fn a_key_made_as_the_documentation_says_works() {
    let folder = tempfile::tempdir().unwrap();
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/signing.md")).unwrap();
    let (_, rest) = page.split_once("```sh\n").unwrap();
    let commands = rest.split_once("```").unwrap().0;
    let mut sh = Command::new("sh");
    sh.args(["-euc", &format!("{commands}\ngpgconf --kill all")])
        .env("GNUPGHOME", folder.path())
        .current_dir(folder.path());
    let _ = Ran::new(sh).expect_success();
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    let passphrase = String::from_utf8(read("deb-signing.passphrase")).unwrap();
    let now = SystemTime::now().try_into().unwrap();
    let signer = OpenPgpSigner::load(&read("deb-signing.key"), Some(passphrase.trim_end().as_bytes()), now).unwrap();
    assert!(signer.expires_at().is_some());
    assert!(!read("fleet-packager.pgp").is_empty());
}
