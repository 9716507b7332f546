//! What signs pkgs: refused at the start if it cannot, with the setting's name; and what a build says that could not be
//! signed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use packager_service::{Clock, ManualClock};
use packager_test_apple::{Fault, Identity, Kind, TimeStampServer};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::harness::{Service, contains, deb, everything_below, new_clock};
use crate::macos::{pkg, world};
use crate::signing::refusal;

const CERTIFICATE: &str = "signing_pkg_certificate";
const KEY: &str = "signing_pkg_key";
const PASSWORD: &str = "signing_pkg_password";
const TIMESTAMP_URL: &str = "signing_pkg_timestamp_url";
const PASSWORD_TEXT: &str = "marked-pässword-8Zq3";

fn now() -> Timestamp {
    new_clock().now()
}

fn installer() -> Identity {
    Identity::new(Kind::Installer, now())
}

/// Two settings that name files, in a folder that nobody else reads.
struct Credentials {
    folder: TempDir,
    secret_setting: &'static str,
}

impl Credentials {
    fn new(certificate: &[u8], secret_setting: &'static str, secret: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [(CERTIFICATE, certificate), (secret_setting, secret)] {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
        }
        Self { folder, secret_setting }
    }

    fn pem(identity: &Identity) -> Self {
        Self::new(identity.chain_pem().as_bytes(), KEY, identity.key_pem.as_bytes())
    }

    fn pkcs12(file: &[u8]) -> Self {
        Self::new(file, PASSWORD, PASSWORD_TEXT.as_bytes())
    }

    fn settings(&self) -> [(&'static str, String); 2] {
        [CERTIFICATE, self.secret_setting]
            .map(|name| (name, format!("file:{}", self.folder.path().join(name).display())))
    }

    /// What a start is refused with, causes included, if nothing of a secret is in it.
    async fn refusal(&self) -> String {
        let settings = self.settings();
        let text = refusal(&settings.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
        let secret = fs::read(self.folder.path().join(self.secret_setting)).unwrap();
        let secret = String::from_utf8_lossy(&secret).into_owned();
        for line in secret
            .lines()
            .filter(|line| !line.starts_with("-----") && !line.is_empty())
        {
            assert!(!text.contains(line), "{text}");
        }
        assert!(!text.contains("BEGIN"), "{text}");
        text
    }
}

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
        assert!(text.contains("the certificate is not PEM"), "{text}");
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

async fn start(clock: Arc<ManualClock>, credentials: &Credentials, more: &[(&str, &str)]) -> Service {
    let settings = credentials.settings();
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    Service::start_in(world(), clock, &[&settings, more].concat()).await
}

/// Asks until the package is not in progress any more. Whoever sleeps while it is signed has slept enough.
async fn finished(service: &Service, request: &Value) -> Value {
    let id = service.create(request).await;
    loop {
        let status = service.status(&id).await;
        match status["status"].as_str() {
            Some("in-progress") if status["stage"] == "signing" => service.clock.advance(Duration::from_secs(1)),
            Some("in-progress") => {}
            _ => return status,
        }
        tokio::task::yield_now().await;
    }
}

fn assert_fails(status: &Value, logs: &str) {
    assert_eq!((&status["status"], &status["logs"]), (&json!("fail"), &json!(logs)));
}

fn assert_no_key_below(folder: &Path, identity: &Identity) {
    let lines: Vec<_> = identity.key_pem.lines().filter(|line| line.len() > 20).collect();
    for (path, bytes) in everything_below(folder) {
        for secret in lines.iter().chain(&[PASSWORD_TEXT, "PRIVATE KEY"]) {
            assert!(!contains(&bytes, secret.as_bytes()), "{}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_package_is_stamped_once() {
    let server = TimeStampServer::start(Vec::new()).await;
    let (identity, url) = (installer(), server.url());
    let credentials = Credentials::pkcs12(&identity.pkcs12(PASSWORD_TEXT, &[]));
    let service = start(new_clock(), &credentials, &[(TIMESTAMP_URL, url.as_str())]).await;
    for (secret, stamps) in [("one", 1), ("one", 1), ("another", 2)] {
        let status = finished(&service, &pkg(secret)).await;
        assert_eq!(status["signed"], true, "{status}");
        assert_eq!(server.requests(), stamps);
    }
    let (_, status) = service.build(&deb()).await;
    assert_eq!(status["signed"], false, "{status}");
    assert_eq!(server.requests(), 2);
    assert_no_key_below(&service.world.data(), &identity);
}

/// A package without a time stamp would look the same until it is too late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_time_stamp_a_package_is_not_made() {
    for (faults, requests, reason) in [
        (vec![Fault::HangUp; 3], 3, "the time-stamp server did not answer"),
        (
            vec![Fault::Status(503); 3],
            3,
            "the time-stamp server answered with the status 503",
        ),
        (
            vec![Fault::Status(403)],
            1,
            "the time-stamp server answered with the status 403",
        ),
        (
            vec![Fault::Garbage],
            1,
            "the time-stamp server's answer is not a time stamp",
        ),
    ] {
        let server = TimeStampServer::start(faults).await;
        let (identity, url) = (installer(), server.url());
        let service = start(
            new_clock(),
            &Credentials::pem(&identity),
            &[(TIMESTAMP_URL, url.as_str())],
        )
        .await;
        let status = finished(&service, &pkg("one")).await;
        assert_fails(&status, &format!("the package could not be signed: {reason}"));
        assert_eq!(server.requests(), requests);
        assert_no_key_below(&service.world.data(), &identity);
        // It answers again.
        let status = finished(&service, &pkg("another")).await;
        assert_eq!(status["signed"], true, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_stamp_server_that_is_not_there_is_named_and_its_address_is_not() {
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/marked-path", nowhere.local_addr().unwrap());
    drop(nowhere);
    let service = start(new_clock(), &Credentials::pem(&installer()), &[(TIMESTAMP_URL, &url)]).await;
    let status = finished(&service, &pkg("one")).await;
    assert_fails(
        &status,
        "the package could not be signed: the time-stamp server did not answer",
    );
    // Others are none the worse for it.
    service.build(&deb()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_certificate_has_expired_pkgs_fail_and_nothing_else() {
    let (clock, identity) = (new_clock(), Identity::valid(Kind::Installer, now(), -24, 1));
    let credentials = Credentials::pem(&identity);
    let service = start(Arc::clone(&clock), &credentials, &[("expire_after", "24h")]).await;
    let (before, status) = service.build(&pkg("before")).await;
    assert_eq!(status["signed"], true, "{status}");

    // To the last second.
    clock.advance(Duration::from_secs(3600));
    let (_, status) = service.build(&pkg("at the end")).await;
    assert_eq!(status["signed"], true, "{status}");
    clock.advance(Duration::from_secs(1));
    let status = finished(&service, &pkg("after")).await;
    assert_eq!(status["status"], "fail", "{status}");
    let logs = status["logs"].as_str().unwrap();
    assert!(logs.starts_with("the package could not be signed"), "{logs}");
    // Whose it is and where it lies is the operator's business.
    assert!(!logs.contains("Example") && !logs.contains("file:"), "{logs}");

    assert!(service.download(&before).await.status().is_success());
    service.build(&deb()).await;
    assert_no_key_below(&service.world.data(), &identity);
}
