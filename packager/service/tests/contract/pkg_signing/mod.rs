//! What signs pkgs: refused at the start if it cannot, with the setting's name; and what a build says that could not be
//! signed.

mod builds;
mod refused;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use jiff::Timestamp;
use packager_service::Clock;
use packager_test_apple::{Identity, Kind};
use tempfile::TempDir;

use crate::harness::new_clock;
use crate::signing::refusal;

const CERTIFICATE: &str = "signing_pkg_certificate";
const KEY: &str = "signing_pkg_key";
const PASSWORD: &str = "signing_pkg_password";
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
