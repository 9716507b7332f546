//! Credentials that stop the start.

use std::fs;
use std::process::Command;

use packager_test_apple::{Identity, Kind};

use super::{CERTIFICATE, Credentials, KEY, PASSWORD, PASSWORD_TEXT, installer, now};

/// That a start with these credentials is refused with a sentence that names `setting` and has the words `reason`.
async fn assert_refused(credentials: &Credentials, setting: &str, reason: &str) {
    let text = credentials.refusal().await;
    assert!(text.starts_with(&format!("{setting}: ")), "{setting}, {reason}: {text}");
    assert!(text.contains(reason), "{reason}: {text}");
}

fn openssl(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_of_another_kind_are_refused() {
    for (kind, reason) in [
        (Kind::Application, "it is a certificate for Developer ID Application,"),
        (
            Kind::AppStoreInstaller,
            "it is a certificate for Mac Installer Distribution (the App Store),",
        ),
        (Kind::UsageAlone, "it lacks the extension 1.2.840.113635.100.6.1.14;"),
        (
            Kind::ExtensionAlone,
            "it lacks the extended key usage 1.2.840.113635.100.4.13;",
        ),
        (Kind::Server, "it is not a Developer ID Installer certificate"),
    ] {
        let identity = Identity::new(kind, now());
        assert_refused(&Credentials::pem(&identity), CERTIFICATE, reason).await;
        let file = identity.pkcs12(PASSWORD_TEXT, &[]);
        assert_refused(&Credentials::pkcs12(&file), CERTIFICATE, reason).await;
        let text = Credentials::pem(&identity).refusal().await;
        assert!(text.ends_with("make one of the kind Developer ID Installer"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_out_of_their_time_are_refused() {
    let expired = Identity::valid(Kind::Installer, now(), -48, -1);
    let reason = "the certificate expired at 2026-01-01T11:00:00Z: make a new one";
    assert_refused(&Credentials::pem(&expired), CERTIFICATE, reason).await;
    let file = expired.pkcs12(PASSWORD_TEXT, &[]);
    assert_refused(&Credentials::pkcs12(&file), CERTIFICATE, reason).await;
    let future = Identity::valid(Kind::Installer, now(), 1, 48);
    let reason = "the certificate is valid from 2026-01-01T13:00:00Z, which this machine's clock has not reached";
    assert_refused(&Credentials::pem(&future), CERTIFICATE, reason).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_cannot_sign_for_the_certificate_are_refused() {
    let identity = installer();
    let key = identity.key_pem.as_str();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, key).unwrap();
    let path = path.to_str().unwrap();
    let encrypted = openssl(&["pkey", "-in", path, "-aes256", "-passout", "pass:x"]);
    let traditional = openssl(&["rsa", "-in", path, "-traditional", "-aes256", "-passout", "pass:x"]);
    let short = openssl(&["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"]);
    let ec = openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]);
    let ed25519 = openssl(&["genpkey", "-algorithm", "ed25519"]);
    let public = openssl(&["pkey", "-in", path, "-pubout"]);
    let other = installer().key_pem;
    let certificate = identity.chain_pem();
    for (key, reason) in [
        (other.as_bytes(), "the private key does not belong to the certificate"),
        (
            &encrypted,
            "the private key is encrypted: write it out with `openssl pkey",
        ),
        (
            &traditional,
            "the private key is encrypted: write it out with `openssl pkey",
        ),
        (&short, "not an RSA key of 2048 to 8192 bits"),
        (&ec, "not an RSA key of 2048 to 8192 bits"),
        (&ed25519, "not an RSA key of 2048 to 8192 bits"),
        (&public, "there is no private key in it"),
        (certificate.as_bytes(), "there is no private key in it"),
        (b"nonsense", "there is no private key in it"),
        (&[0xff; 3000], "there is no private key in it"),
        (&key.as_bytes()[..key.len() / 2], "there is no private key in it"),
        (b"", "the secret is empty"),
    ] {
        assert_refused(&Credentials::new(certificate.as_bytes(), KEY, key), KEY, reason).await;
    }
    let ec = String::from_utf8(ec).unwrap();
    let of_ec = Identity::with_key(Kind::Installer, now(), -24, 24, &ec);
    assert_refused(&Credentials::pem(&of_ec), KEY, "not an RSA key of 2048 to 8192 bits").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pkcs12_files_that_do_not_open_or_lack_something_are_refused() {
    let identity = installer();
    let good = identity.pkcs12(PASSWORD_TEXT, &[]);
    let with_other_password = identity.pkcs12("another", &[]);
    assert_refused(
        &Credentials::pkcs12(&with_other_password),
        PASSWORD,
        "cannot be opened with this password",
    )
    .await;
    let without_key = identity.pkcs12(PASSWORD_TEXT, &["-nokeys"]);
    for (file, reason) in [
        (without_key.as_slice(), "export the certificate together with its key"),
        (
            &good[..good.len() / 2],
            "damaged, or protected in a way that is not known",
        ),
        (&[0x30; 3000], "damaged, or protected in a way that is not known"),
        (b"nonsense", "it is not a PKCS#12 file"),
        (identity.chain_pem().as_bytes(), "for PEM, set signing_pkg_key instead"),
        (b"", "the secret is empty"),
    ] {
        assert_refused(&Credentials::pkcs12(file), CERTIFICATE, reason).await;
    }
    let credentials = Credentials::new(&good, PASSWORD, &[0xff, 0xfe]);
    assert_refused(&credentials, PASSWORD, "the secret is not UTF-8 text").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn certificate_files_that_are_not_pem_are_refused() {
    let identity = installer();
    let key = identity.key_pem.as_bytes();
    for (file, reason) in [
        (b"nonsense".as_slice(), "there is no certificate in it"),
        (key, "there is no certificate in it"),
        (&[0xff; 3000], "there is no certificate in it"),
        (
            identity.certificate_pem.replace('M', "?").as_bytes(),
            "there is no certificate in it",
        ),
        (b"", "the secret is empty"),
    ] {
        assert_refused(&Credentials::new(file, KEY, key), CERTIFICATE, reason).await;
    }
    let pem = tempfile::NamedTempFile::new().unwrap();
    fs::write(pem.path(), &identity.certificate_pem).unwrap();
    let der = openssl(&["x509", "-in", pem.path().to_str().unwrap(), "-outform", "DER"]);
    for file in [der, identity.pkcs12(PASSWORD_TEXT, &[])] {
        let text = Credentials::new(&file, KEY, key).refusal().await;
        assert!(
            text.starts_with("signing_pkg_certificate: ") && text.contains("the certificate is not PEM"),
            "{text}"
        );
        assert!(text.contains("`openssl x509 -inform DER"), "{text}");
        assert!(
            text.contains("for a PKCS#12 file, set signing_pkg_password instead"),
            "{text}"
        );
    }

    let credentials = Credentials::pem(&identity);
    fs::remove_file(credentials.folder.path().join(CERTIFICATE)).unwrap();
    assert_refused(&credentials, CERTIFICATE, "cannot read the secret file").await;
}
