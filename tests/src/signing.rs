//! Keys that packages under test are signed with: those of fixtures/openpgp.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use packager_signing::OpenPgpSigner;

use crate::producer::secret_reference;
use crate::ran::Ran;

/// When the keys of the fixtures are valid.
const NOW: &str = "2026-01-01T12:00:00Z";
const PASSPHRASE: &[u8] = b"open sesame";

/// A key of the fixtures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    file_name: &'static str,
    passphrase: Option<&'static [u8]>,
}

impl Key {
    /// One without a passphrase.
    #[must_use]
    pub const fn plain(file_name: &'static str) -> Self {
        Self {
            file_name,
            passphrase: None,
        }
    }

    /// One with the fixtures' passphrase.
    #[must_use]
    pub const fn protected(file_name: &'static str) -> Self {
        Self {
            file_name,
            passphrase: Some(PASSPHRASE),
        }
    }

    /// Of the key or subkey that signs.
    ///
    /// # Panics
    /// If the key does not work.
    #[must_use]
    pub fn fingerprint(self) -> String {
        self.signer().fingerprint()
    }

    /// The public key, as `gpg --export` writes it.
    ///
    /// # Panics
    /// Without gpg.
    #[must_use]
    pub fn public(self) -> Vec<u8> {
        self.export("--no-armor")
    }

    /// The same as `gpg --armor --export` writes it, for rpm.
    ///
    /// # Panics
    /// Without gpg.
    #[must_use]
    pub fn armored_public(self) -> Vec<u8> {
        self.export("--armor")
    }

    fn export(self, form: &str) -> Vec<u8> {
        let home = tempfile::tempdir().unwrap();
        let export = home.path().join("public.pgp");
        let script = r#"
            gpg --homedir "$1" --batch --quiet --pinentry-mode loopback --passphrase 'open sesame' --import "$2"
            gpg --homedir "$1" --batch --quiet "$4" --output "$3" --export
            gpgconf --homedir "$1" --kill all"#;
        let mut sh = Command::new("sh");
        sh.args(["-euc", script, "sh"])
            .args([home.path(), &self.path(), &export])
            .arg(form);
        let _ = Ran::new(sh).expect_success();
        fs::read(export).unwrap()
    }

    /// The settings that have a service sign every format that OpenPGP signs with it. `folder` is for its passphrase.
    pub(crate) fn settings(self, folder: &Path) -> Vec<String> {
        let passphrase = self
            .passphrase
            .map(|passphrase| secret_reference(&folder.join("passphrase"), passphrase));
        let mut settings = Vec::new();
        for setting in ["--signing-deb-key", "--signing-rpm-key"] {
            settings.extend([setting.to_owned(), format!("file:{}", self.path().display())]);
            if let Some(passphrase) = &passphrase {
                settings.extend([format!("{setting}-passphrase"), passphrase.clone()]);
            }
        }
        settings
    }

    /// The file with the secret key.
    fn path(self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../fixtures/openpgp")
            .join(self.file_name)
    }

    fn signer(self) -> OpenPgpSigner {
        let key = fs::read(self.path()).unwrap();
        OpenPgpSigner::load(&key, self.passphrase, NOW.parse().unwrap()).unwrap()
    }
}
