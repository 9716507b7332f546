//! Credentials and scratch directories that do not work, and those that do.

use std::path::{Path, PathBuf};

use packager_test_apple::{Identity, Kind};

use super::package::{digest, package, with_signature};
use super::{
    AuthenticodeError, AuthenticodeSigner, Concern, identity, list, now, pkcs12, refusal, settings, sign, verify,
};

#[tokio::test]
async fn pkcs12_files_work_however_they_are_protected() {
    let identity = identity();
    let legacy = [
        "-legacy",
        "-keypbe",
        "PBE-SHA1-RC2-40",
        "-certpbe",
        "PBE-SHA1-RC2-40",
        "-macalg",
        "sha1",
    ];
    let package = package("one");
    // A byte order mark is part of a password; the tool would take it off.
    for (password, arguments) in [
        ("p4ss wörd", &[][..]),
        ("p4ss", &legacy),
        ("\u{feff}p4ss", &[]),
        ("", &["-passout", "pass:"]),
        ("secret", &["-keypbe", "NONE", "-certpbe", "NONE"]),
    ] {
        let file = identity.pkcs12(if password.is_empty() { "-" } else { password }, arguments);
        let (settings, _scratch) = settings(pkcs12(file, Some(password).filter(|password| !password.is_empty())));
        let signer = AuthenticodeSigner::new(settings, now()).await.unwrap();
        let signature = sign(&signer, &package).await.unwrap();
        signer.verify(&digest(&package), &signature).unwrap();
        let (good, text) = verify(&with_signature(&package, &signature), &identity, &[]);
        assert!(good, "{arguments:?}: {text}");
    }
}

#[tokio::test]
async fn keys_on_elliptic_curves_sign() {
    for curve in ["P-256", "P-384"] {
        let key = openssl(&[
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            &format!("ec_paramgen_curve:{curve}"),
        ]);
        let identity = Identity::with_key(Kind::Code, now(), -24, 24, &key);
        let (settings, _scratch) = settings(pkcs12(identity.pkcs12("secret", &[]), Some("secret")));
        let signer = AuthenticodeSigner::new(settings, now()).await.unwrap();
        let package = package("one");
        let signature = sign(&signer, &package).await.unwrap();
        signer.verify(&digest(&package), &signature).unwrap();
        let (good, text) = verify(&with_signature(&package, &signature), &identity, &[]);
        assert!(good, "{curve}: {text}");
    }
}

fn openssl(arguments: &[&str]) -> String {
    let output = std::process::Command::new("openssl").args(arguments).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_a_sentence_that_says_why() {
    let one = identity();
    let file = one.pkcs12("secret", &[]);
    let other = Identity {
        key_pem: identity().key_pem,
        ..one.clone()
    };
    let of = |identity: Identity| identity.pkcs12("secret", &[]);
    let valid = |from, to| of(Identity::valid(Kind::Code, now(), from, to));
    let p521 = openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"]);
    let cases: [(Vec<u8>, Option<&str>, &str, Concern); 10] = [
        (
            file.clone(),
            Some("another"),
            "cannot be opened with this password",
            Concern::Password,
        ),
        (
            file.clone(),
            None,
            "protected by a password, and none is set",
            Concern::Password,
        ),
        (
            file[..file.len() / 2].to_vec(),
            Some("secret"),
            "is damaged",
            Concern::Certificate,
        ),
        (
            one.chain_pem().into(),
            Some("secret"),
            "not a PKCS#12 file",
            Concern::Certificate,
        ),
        (
            one.pkcs12("secret", &["-nokeys"]),
            Some("secret"),
            "no private key",
            Concern::Certificate,
        ),
        (
            of(Identity::new(Kind::Server, now())),
            Some("secret"),
            "not for code signing",
            Concern::Certificate,
        ),
        (valid(-48, -1), Some("secret"), "expired at", Concern::Certificate),
        (valid(1, 48), Some("secret"), "is valid from", Concern::Certificate),
        (
            without_certificate(&one),
            Some("secret"),
            "no certificate",
            Concern::Certificate,
        ),
        (
            unchecked(&one.certificate_pem, &other.key_pem),
            Some("secret"),
            "does not belong",
            Concern::Certificate,
        ),
    ];
    for (file, password, words, concern) in cases {
        let (settings, scratch) = settings(pkcs12(file, password));
        let error = refusal(settings).await;
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert_eq!(error.concern(), concern, "{error}");
        assert_eq!(list(scratch.path()), [] as [PathBuf; 0]);
    }
    let (settings, _scratch) = settings(pkcs12(unchecked(&one.certificate_pem, &p521), Some("secret")));
    let error = refusal(settings).await;
    assert!(matches!(error, AuthenticodeError::KeyUnsupported), "{error}");
}

/// A PKCS#12 file of a key alone.
fn without_certificate(identity: &Identity) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("key"), &identity.key_pem).unwrap();
    let (key, out) = (path("key"), path("out"));
    openssl(&[
        "pkcs12",
        "-export",
        "-nocerts",
        "-inkey",
        &key,
        "-passout",
        "pass:secret",
        "-out",
        &out,
    ]);
    std::fs::read(out).unwrap()
}

/// A PKCS#12 file of a certificate and a key that do not belong together, which openssl would not make.
fn unchecked(certificate_pem: &str, key_pem: &str) -> Vec<u8> {
    use p12_keystore::{Certificate, KeyStore, KeyStoreEntry, PrivateKey, PrivateKeyChain};
    use rustls_pki_types::pem::PemObject;
    use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer};
    let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes()).unwrap();
    let key = PrivatePkcs8KeyDer::from_pem_slice(key_pem.as_bytes()).unwrap();
    let key = PrivateKey::from_der(key.secret_pkcs8_der()).unwrap();
    let mut store = KeyStore::new();
    let chain = PrivateKeyChain::new("key", key, [Certificate::from_der(&certificate).unwrap()]);
    store.add_entry("key", KeyStoreEntry::PrivateKeyChain(chain));
    store.writer("secret").write().unwrap()
}

#[tokio::test]
async fn scratch_directories_have_to_be_in_memory_and_there() {
    let file = identity().pkcs12("secret", &[]);
    let (mut settings, _scratch) = settings(pkcs12(file, Some("secret")));
    settings.scratch = "/proc".into();
    let error = refusal(settings).await;
    assert!(
        matches!(&error, AuthenticodeError::ScratchOnDisk(path) if path == Path::new("/proc")),
        "{error}"
    );
    assert_eq!(error.concern(), Concern::Scratch);

    let (mut settings, _scratch) = super::settings(pkcs12(Vec::new(), None));
    settings.scratch = "/dev/shm/there-is-no-such-directory".into();
    let error = refusal(settings).await;
    assert!(matches!(error, AuthenticodeError::ScratchUnusable { .. }), "{error}");
}

#[tokio::test]
async fn what_a_killed_service_left_is_removed_and_what_lives_is_not() {
    let file = identity().pkcs12("secret", &[]);
    let (settings, scratch) = settings(pkcs12(file, Some("secret")));
    let (dead, alive) = (
        scratch.path().join("fleet-packager-signing-dead"),
        scratch.path().join("fleet-packager-signing-alive"),
    );
    let (strange, linked) = (
        scratch.path().join("strange"),
        scratch.path().join("fleet-packager-signing-link"),
    );
    for directory in [&dead, &alive, &strange] {
        std::fs::create_dir(directory).unwrap();
        std::fs::write(directory.join("signed.msi"), "a secret").unwrap();
    }
    std::os::unix::fs::symlink(&strange, &linked).unwrap();
    let lock = std::fs::File::open(&alive).unwrap();
    lock.lock().unwrap();
    AuthenticodeSigner::new(settings, now()).await.unwrap();
    assert!(!dead.exists());
    assert!(alive.join("signed.msi").exists() && strange.join("signed.msi").exists() && linked.exists());
}

#[tokio::test]
async fn keys_print_nothing_of_themselves() {
    let file = identity().pkcs12("p4ssw0rd", &[]);
    let (settings, _scratch) = settings(pkcs12(file, Some("p4ssw0rd")));
    assert!(!format!("{settings:?}").contains("p4ssw0rd"));
    assert!(format!("{settings:?}").contains("redacted"));
    let signer = AuthenticodeSigner::new(settings, now()).await.unwrap();
    assert_eq!(
        format!("{signer:?}"),
        "AuthenticodeSigner { name: \"Developer ID Installer: Example, Inc. (AB12CD34EF)\", .. }"
    );
    assert!(signer.expires_at() > now());
}
