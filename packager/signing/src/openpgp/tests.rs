//! gpg decides whether a signature is good; the keys are gpg's too (fixtures/openpgp).

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use packager_artifact::Sha256State;
use pgp::crypto::eddsa_legacy::SecretKey;
use pgp::types::{PlainSecretParams, SecretParams};

use super::OpenPgpSigner;
use crate::{Error, Signer};

const PASSPHRASE: &[u8] = b"open sesame";
/// All keys were made then.
const MADE: &str = "2025-01-01T00:00:00Z";
const NOW: &str = "2026-01-01T12:00:00Z";
const CONTENT: &[u8] = b"what is signed";

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fixtures/openpgp")
        .join(name)
}

fn key(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn load(name: &str, passphrase: Option<&[u8]>) -> Result<OpenPgpSigner, Error> {
    OpenPgpSigner::load(&key(name), passphrase, at(NOW))
}

fn content(bytes: &[u8]) -> Sha256State {
    let mut state = Sha256State::default();
    state.update(bytes);
    state
}

/// What gpg says of a signature when it has the key of a fixture. debsig-verify calls it with the same options.
fn gpg_verify(name: &str, content: &[u8], signature: &[u8]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("content"), content).unwrap();
    std::fs::write(folder.path().join("signature"), signature).unwrap();
    let script = r#"
        gpg --homedir . --batch --quiet --pinentry-mode loopback --passphrase 'open sesame' --import "$1"
        gpg --homedir . --batch --export >ring.pgp
        gpgconf --homedir . --kill all
        gpg --homedir . --no-options --no-default-keyring --batch --no-auto-check-trustdb --weak-digest SHA1 \
          --keyring ./ring.pgp --status-fd 1 --verify signature content"#;
    let output = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(fixture(name))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}

#[test]
fn gpg_accepts_signatures_of_every_kind_of_key_it_makes() {
    for (name, passphrase, is_subkey) in [
        ("rsa4096.asc", None, false),
        ("rsa4096-passphrase.asc", Some(PASSPHRASE), false),
        ("ed25519.asc", None, false),
        ("ed25519.gpg", None, false),
        ("ed25519-passphrase.asc", Some(PASSPHRASE), false),
        ("default-2.2.asc", None, false),
        ("default-2.4.asc", None, false),
        ("subkeys.asc", None, true),
        ("offline-primary.asc", None, true),
    ] {
        let signer = load(name, passphrase).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(signer.is_protected(), passphrase.is_some(), "{name}");
        assert_eq!(signer.is_subkey(), is_subkey, "{name}");
        assert_eq!(signer.expires_at(), None, "{name}");
        let signature = signer.sign(content(CONTENT), at(NOW)).unwrap();
        let (accepted, text) = gpg_verify(name, CONTENT, &signature);
        assert!(accepted, "{name}: {text}");
        // Fields: fingerprint, date, time, expiry, version, reserved, public-key and hash algorithm, class, primary key.
        let valid = text
            .lines()
            .find_map(|line| line.strip_prefix("[GNUPG:] VALIDSIG "))
            .unwrap();
        let fields: Vec<_> = valid.split(' ').collect();
        assert_eq!(fields[0], signer.fingerprint(), "{name}");
        assert_eq!((fields[1], fields[2]), ("2026-01-01", "1767268800"), "{name}");
        assert_eq!((fields[4], fields[7], fields[8]), ("4", "8", "00"), "{name}");
        assert_eq!(fields[9] != fields[0], is_subkey, "{name}");
        let (accepted, text) = gpg_verify(name, b"something else", &signature);
        assert!(!accepted && text.contains("BADSIG"), "{name}: {text}");
    }
}

#[test]
fn a_signer_knows_its_own_signatures() {
    for (name, other) in [("ed25519.asc", "other.asc"), ("rsa4096.asc", "ed25519.asc")] {
        let (signer, other) = (load(name, None).unwrap(), load(other, None).unwrap());
        let signature = signer.sign(content(CONTENT), at(NOW)).unwrap();
        assert_eq!(signer.verify(content(CONTENT), &signature), Ok(()));
        assert_eq!(
            signer.verify(content(b"something else"), &signature),
            Err(Error::BadSignature)
        );
        assert_eq!(other.verify(content(CONTENT), &signature), Err(Error::BadSignature));
        for end in [0, 1, 10, signature.len() - 1] {
            let cut = signer.verify(content(CONTENT), &signature[..end]);
            assert_eq!(cut, Err(Error::BadSignature), "{end}");
        }
        // The last byte of the packet is one of the signature's numbers.
        let mut changed = signature.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(signer.verify(content(CONTENT), &changed), Err(Error::BadSignature));
    }
}

#[test]
fn keys_that_do_not_work_are_refused_with_the_reason() {
    let expired = Error::Expired(at("2025-01-31T00:00:00Z"));
    for (name, passphrase, want) in [
        ("public.asc", None, Error::PublicOnly),
        ("ed25519-passphrase.asc", None, Error::PassphraseMissing),
        ("rsa4096-passphrase.asc", None, Error::PassphraseMissing),
        ("ed25519-passphrase.asc", Some(&b"wrong"[..]), Error::PassphraseWrong),
        ("rsa4096-passphrase.asc", Some(b""), Error::PassphraseWrong),
        ("expired.asc", None, expired.clone()),
        ("expired-subkey.asc", None, expired),
        ("revoked.asc", None, Error::Revoked),
        ("revoked-subkey.asc", None, Error::Revoked),
        ("certify-only.asc", None, Error::CannotSign),
        ("encrypt-only.asc", None, Error::CannotSign),
        ("stub.asc", None, Error::Stub),
        ("rsa1024.asc", None, Error::Weak { bits: 1024 }),
        ("nistp256.asc", None, Error::Algorithm),
        ("dsa2048.asc", None, Error::Algorithm),
        ("sha1.asc", None, Error::Unbound),
        ("v6.asc", None, Error::Version(6)),
        ("release.pem", None, Error::NotAKey),
        ("make", None, Error::NotAKey),
    ] {
        assert_eq!(load(name, passphrase).unwrap_err(), want, "{name}");
    }
}

#[test]
fn files_that_are_cut_or_hold_more_are_refused() {
    let (one, other) = (key("ed25519.gpg"), key("rsa4096.asc"));
    let load = |bytes: &[u8]| OpenPgpSigner::load(bytes, None, at(NOW)).map(|_| ());
    for end in 0..one.len() {
        assert!(load(&one[..end]).is_err(), "{end}");
    }
    for end in (0..other.len()).step_by(97) {
        assert!(load(&other[..end]).is_err(), "{end}");
    }
    assert_eq!(load(&[&one[..], &one].concat()), Err(Error::SeveralKeys));
    assert_eq!(load(b""), Err(Error::NotAKey));
}

/// A key whose own signature, or whose secret, was tampered with.
#[test]
fn no_flipped_byte_leads_to_another_signature() {
    let good = key("ed25519.gpg");
    let fingerprint = load("ed25519.asc", None).unwrap().fingerprint();
    for position in 0..good.len() {
        let mut bytes = good.clone();
        bytes[position] ^= 0x10;
        if let Ok(signer) = OpenPgpSigner::load(&bytes, None, at(NOW)) {
            assert_eq!(signer.fingerprint(), fingerprint, "{position}");
            let signature = signer.sign(content(CONTENT), at(NOW)).unwrap();
            assert_eq!(signer.verify(content(CONTENT), &signature), Ok(()), "{position}");
        }
    }
}

#[test]
fn signatures_are_dated_within_the_keys_time() {
    let made = at(MADE);
    let second = jiff::SignedDuration::from_secs(1);
    let early = OpenPgpSigner::load(&key("ed25519.asc"), None, made - second).unwrap_err();
    assert_eq!(early, Error::NotYetValid(made));
    let signer = OpenPgpSigner::load(&key("expired.asc"), None, made).unwrap();
    let expires = signer.expires_at().unwrap();
    assert_eq!(expires, at("2025-01-31T00:00:00Z"));
    for (time, want) in [
        (made - second, Err(Error::NotYetValid(made))),
        (made, Ok(())),
        (expires - second, Ok(())),
        (expires, Err(Error::Expired(expires))),
    ] {
        assert_eq!(signer.sign(content(CONTENT), time).map(|_| ()), want, "{time}");
    }
}

#[test]
fn nothing_of_a_key_is_printed() {
    let text = format!("{:?}", load("ed25519.gpg", None).unwrap());
    let key = super::read::read(&key("ed25519.gpg")).unwrap();
    let SecretParams::Plain(PlainSecretParams::EdDSALegacy(SecretKey::Ed25519(secret))) =
        key.primary_key.secret_params()
    else {
        panic!("another kind of key");
    };
    let (first, rest) = (secret.as_bytes(), &secret.as_bytes()[1..]);
    for digits in [format!("{first:02x?}"), format!("{rest:?}"), format!("{rest:x?}")] {
        let digits = digits.trim_matches(['[', ']']);
        for form in [digits.to_owned(), digits.replace(", ", "")] {
            assert!(!text.contains(&form), "{text}");
        }
    }
}
