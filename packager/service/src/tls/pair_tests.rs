use std::process::Command;

use packager_settings::SecretRef;

use super::*;

const NOW: &str = "2026-01-01T00:00:00Z";

fn secret(text: &str) -> Secret {
    let reference = SecretRef::Environment("KEY".to_owned());
    reference.resolve(&|_| Some(text.into())).unwrap().secret
}

fn pair(certificates: &str, key: &str) -> Result<Pair, CertificateError> {
    Pair::new(
        Path::new("/chain.pem"),
        certificates.as_bytes(),
        &secret(key),
        NOW.parse().unwrap(),
    )
}

/// What openssl prints.
fn openssl(arguments: &[&str]) -> String {
    let output = Command::new("openssl").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A certificate for a key that openssl made.
fn certificate(folder: &Path, key: &str) -> String {
    let path = folder.join("key.pem").display().to_string();
    std::fs::write(&path, key).unwrap();
    openssl(&["req", "-x509", "-key", &path, "-subj", "/CN=localhost", "-days", "30"])
}

#[test]
fn keys_of_each_kind_and_form_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let rsa = openssl(&[
        "genpkey",
        "-quiet",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
    ]);
    let path = folder.path().join("rsa.pem").display().to_string();
    std::fs::write(&path, &rsa).unwrap();
    let keys = [
        openssl(&["rsa", "-in", &path, "-traditional"]),
        rsa,
        openssl(&["genpkey", "-algorithm", "Ed25519"]),
        openssl(&["ecparam", "-name", "prime256v1", "-genkey"]),
        openssl(&["ecparam", "-name", "secp384r1", "-genkey", "-noout"]),
        openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"]),
    ];
    for key in keys {
        let certificate = certificate(folder.path(), &key);
        let kind = key.lines().find(|line| line.contains("KEY")).unwrap();
        let pair = pair(&certificate, &key).unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(pair.config.alpn_protocols, [b"http/1.1"]);
        // Both in one file.
        let both = [key.clone() + &certificate, certificate + &key];
        Pair::new(
            Path::new("/both.pem"),
            both[0].as_bytes(),
            &secret(&both[1]),
            NOW.parse().unwrap(),
        )
        .unwrap();
    }
}

#[test]
fn keys_that_are_too_weak_or_locked_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let short = openssl(&[
        "genpkey",
        "-quiet",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:1024",
    ]);
    let certificate = certificate(folder.path(), &short);
    assert!(matches!(pair(&certificate, &short), Err(CertificateError::UnusableKey)));
    let path = folder.path().join("key.pem").display().to_string();
    let locked = openssl(&["pkcs8", "-topk8", "-in", &path, "-passout", "pass:x"]);
    assert!(matches!(pair(&certificate, &locked), Err(CertificateError::NoKey)));
}

#[test]
fn a_time_that_is_not_now_is_told() {
    let identity = |begins, ends| {
        let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(begins, 1, 1);
        params.not_after = rcgen::date_time_ymd(ends, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        pair(&params.self_signed(&key).unwrap().pem(), &key.serialize_pem()).unwrap()
    };
    for (begins, ends, expected) in [
        (2020, 2026, "it expired at 2026-01-01T00:00:00Z"),
        (2027, 2030, "it is not valid before 2027-01-01T00:00:00Z"),
    ] {
        let warnings = identity(begins, ends).warnings;
        assert!(matches!(&warnings[..], [one] if one.contains(expected)), "{warnings:?}");
    }
    let good = identity(2026, 2027);
    assert_eq!(good.warnings, Vec::<String>::new());
    assert_eq!(good.expires, "2027-01-01T00:00:00Z".parse().unwrap());
}
