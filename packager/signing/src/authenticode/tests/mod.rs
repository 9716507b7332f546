mod credentials;
mod package;
mod pkcs11;
mod signatures;
mod time_stamps;
mod tool;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use jiff::Timestamp;
use packager_test_apple::{Identity, Kind};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;

/// `osslsigncode verify` looks at the machine's clock.
fn now() -> Timestamp {
    Timestamp::now()
}

/// The tool: the one in `OSSLSIGNCODE`, so that the tests can be run with another version, or the system's.
fn osslsigncode() -> PathBuf {
    std::env::var_os("OSSLSIGNCODE").map_or_else(|| "/usr/bin/osslsigncode".into(), PathBuf::from)
}

/// A certificate for code.
fn identity() -> Identity {
    Identity::new(Kind::Code, now())
}

fn pkcs12(file: Vec<u8>, password: Option<&str>) -> AuthenticodeCredentials {
    AuthenticodeCredentials::Pkcs12 {
        file: Zeroizing::new(file),
        password: password.map(|password| Zeroizing::new(password.to_owned())),
    }
}

/// Settings with a scratch directory of their own.
fn settings(credentials: AuthenticodeCredentials) -> (AuthenticodeSettings, TempDir) {
    let scratch = tempfile::tempdir_in("/dev/shm").unwrap();
    let settings = AuthenticodeSettings {
        tool: osslsigncode(),
        scratch: scratch.path().to_owned(),
        time_stamps: None,
        description: "Fleet osquery".to_owned(),
        description_url: "https://fleetdm.com".to_owned(),
        deadline: Duration::from_secs(60),
        credentials,
    };
    (settings, scratch)
}

async fn signer(identity: &Identity) -> (AuthenticodeSigner, TempDir) {
    let (settings, scratch) = settings(pkcs12(identity.pkcs12("p4ss wörd", &[]), Some("p4ss wörd")));
    (AuthenticodeSigner::new(settings, now()).await.unwrap(), scratch)
}

async fn refusal(settings: AuthenticodeSettings) -> AuthenticodeError {
    AuthenticodeSigner::new(settings, now()).await.unwrap_err()
}

async fn sign(signer: &AuthenticodeSigner, package: &[u8]) -> Result<Vec<u8>, AuthenticodeError> {
    let package = package.to_vec();
    signer
        .sign(now(), move |file| std::io::Write::write_all(file, &package))
        .await
}

/// What lies in a directory.
fn list(directory: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

/// Whether `osslsigncode verify` takes a package that was signed by this identity, and what it prints.
fn verify(package: &[u8], identity: &Identity, more: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("package.msi"), package).unwrap();
    std::fs::write(folder.path().join("root.pem"), &identity.root_pem).unwrap();
    let output = Command::new(osslsigncode())
        .args(["verify", "-in", "package.msi", "-CAfile", "root.pem"])
        .args(more)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text)
}
