//! Keys at the start, `signed` in `/status`, and the signature of a download's digest.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use packager_artifact::Sha256Digest;
use packager_service::Clock;
use packager_settings::{Environment, Settings};

use crate::harness::{Service, World, contains, deb, deb_with, everything_below, new_clock};

const PASSPHRASE: &str = "open sesame";

fn fixture(name: &str) -> String {
    format!("file:{}/../../fixtures/openpgp/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// What a start with these settings is refused with, causes included.
pub async fn refusal(flags: &[(&str, &str)]) -> String {
    let world = World::new();
    let data = world.data().display().to_string();
    let all = [&[("data_dir", data.as_str())], flags].concat();
    let settings = Settings::load(&all, &Environment::empty(), None).unwrap().settings;
    let clock: Arc<dyn Clock> = new_clock();
    let Err(refused) = packager_service::start(&settings, &|_| None, clock).await else {
        panic!("it started");
    };
    // Nothing was made yet that a second start would meet.
    assert!(!world.data().exists());
    let mut text = refused.to_string();
    let mut source = std::error::Error::source(&refused);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_work_stops_the_start() {
    for (key, passphrase, setting, reason) in [
        ("public.asc", None, "signing_deb_key: ", "public key"),
        ("expired.asc", None, "signing_deb_key: ", "expired at 2025-01-31"),
        ("revoked.asc", None, "signing_deb_key: ", "revoked"),
        ("stub.asc", None, "signing_deb_key: ", "stub"),
        ("encrypt-only.asc", None, "signing_deb_key: ", "may sign"),
        ("rsa1024.asc", None, "signing_deb_key: ", "1024 bits"),
        ("v6.asc", None, "signing_deb_key: ", "version 6"),
        ("make", None, "signing_deb_key: ", "not an OpenPGP secret key"),
        ("nowhere", None, "signing_deb_key: ", "cannot read"),
        (
            "ed25519-passphrase.asc",
            None,
            "signing_deb_key_passphrase: ",
            "none is set",
        ),
        (
            "rsa4096-passphrase.asc",
            Some("wrong"),
            "signing_deb_key_passphrase: ",
            "cannot be unlocked",
        ),
        ("expired.asc", None, "signing_rpm_key: ", "expired at 2025-01-31"),
        (
            "rsa4096-passphrase.asc",
            Some("wrong"),
            "signing_rpm_key_passphrase: ",
            "cannot be unlocked",
        ),
    ] {
        let key = fixture(key);
        let of_rpm = setting.starts_with("signing_rpm");
        let (key_setting, passphrase_setting) = if of_rpm {
            ("signing_rpm_key", "signing_rpm_key_passphrase")
        } else {
            ("signing_deb_key", "signing_deb_key_passphrase")
        };
        let mut flags = vec![(key_setting, key.as_str())];
        flags.extend(passphrase.map(|passphrase| (passphrase_setting, passphrase)));
        let text = refusal(&flags).await;
        assert!(text.starts_with(setting) && text.contains(reason), "{key}: {text}");
        assert!(!text.contains("BEGIN") && !text.contains("wrong"), "{key}: {text}");
    }
    let text = refusal(&[("signing_release_key", &fixture("release-p256.pem"))]).await;
    assert!(
        text.starts_with("signing_release_key: ") && text.contains("openssl genpkey"),
        "{text}"
    );
}

#[test]
fn a_passphrase_without_a_key_is_refused() {
    let flags = [("signing_deb_key_passphrase", PASSPHRASE)];
    let problems = Settings::load(&flags, &Environment::empty(), None)
        .unwrap_err()
        .to_string();
    assert!(problems.contains("needs `signing_deb_key`"), "{problems}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_package_says_so_and_is_what_its_digest_says() {
    for (key, passphrase) in [("ed25519.asc", None), ("rsa4096-passphrase.asc", Some(PASSPHRASE))] {
        let key = fixture(key);
        let mut flags = vec![("signing_deb_key", key.as_str())];
        flags.extend(passphrase.map(|passphrase| ("signing_deb_key_passphrase", passphrase)));
        let service = Service::with(&flags).await;
        // The second goes on from what was remembered of the first.
        for request in [deb(), deb_with("enroll_secret", "another")] {
            let (id, status) = service.build(&request).await;
            assert_eq!(status["signed"], true, "{status}");
            let response = service.download(&id).await;
            assert!(!response.headers().contains_key("x-signature-ed25519"));
            let bytes = response.bytes().await.unwrap();
            assert_eq!(bytes.len() as u64, status["size"].as_u64().unwrap());
            assert_eq!(Sha256Digest::of(&bytes).to_string(), status["sha256"].as_str().unwrap());
            assert!(contains(&bytes, b"_gpgorigin"));
            gpg_accepts(&bytes);
        }
        let data = service.world.data();
        for (path, bytes) in everything_below(&data) {
            assert!(!contains(&bytes, PASSPHRASE.as_bytes()), "{}", path.display());
            assert!(!contains(&bytes, b"PRIVATE KEY"), "{}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_key_packages_are_unsigned() {
    let service = Service::start().await;
    let (id, status) = service.build(&deb()).await;
    assert_eq!(status["signed"], false, "{status}");
    let bytes = service.download(&id).await.bytes().await.unwrap();
    assert!(!contains(&bytes, b"_gpgorigin"));
}

/// Extracts what is signed, and the signature, as debsig-verify does.
fn gpg_accepts(deb: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("it.deb"), deb).unwrap();
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/openpgp");
    let script = r#"
        ar p it.deb debian-binary control.tar.gz data.tar.xz >content
        ar p it.deb _gpgorigin >signature
        gpg --homedir . --batch --quiet --pinentry-mode loopback --passphrase 'open sesame' \
          --import "$1/ed25519.asc" "$1/rsa4096-passphrase.asc"
        gpg --homedir . --batch --verify signature content
        gpgconf --homedir . --kill all"#;
    let output = Command::new("sh")
        .args(["-euc", script, "sh"])
        .arg(keys)
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_key_signs_the_digest_of_every_download() {
    let service = Service::with(&[("signing_release_key", &fixture("release.pem"))]).await;
    let (id, status) = service.build(&deb()).await;
    let head = service.client.head(service.url(&format!("/download/{id}")));
    let part = service
        .client
        .get(service.url(&format!("/download/{id}")))
        .header("range", "bytes=1-2");
    let mut signatures = Vec::new();
    for request in [head, part] {
        let response = request.timeout(Duration::from_secs(60)).send().await.unwrap();
        let signature = response.headers()["x-signature-ed25519"].to_str().unwrap().to_owned();
        signatures.push(STANDARD.decode(signature).unwrap());
    }
    assert_eq!(signatures[0], signatures[1]);

    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("signature"), &signatures[0]).unwrap();
    let digest = format!("sha256:{}", status["sha256"].as_str().unwrap());
    std::fs::write(folder.path().join("digest"), digest).unwrap();
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/openpgp/release.pub.pem");
    let output = Command::new("openssl")
        .args(["pkeyutl", "-verify", "-pubin", "-inkey"])
        .arg(public)
        .args(["-rawin", "-in", "digest", "-sigfile", "signature"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}
