//! The certificate that pkgs under test are signed with, as Apple issues them, and the authority that says when that was. There
//! is one of each for all tests of the process.

use std::path::Path;
use std::sync::LazyLock;

use jiff::Timestamp;
use packager_test_apple::{Identity, Kind, TimeStampServer};
use tokio::runtime::Runtime;

use crate::producer::secret_reference;

/// What the PKCS#12 file is protected with.
pub const PASSWORD: &str = "Schlüssel-4nB7";

static IDENTITY: LazyLock<Identity> = LazyLock::new(|| Identity::new(Kind::Installer, Timestamp::now()));

/// What the authority answers on.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.worker_threads(1).enable_all().build().unwrap()
});
static AUTHORITY: LazyLock<TimeStampServer> = LazyLock::new(|| RUNTIME.block_on(TimeStampServer::start(Vec::new())));

/// The form in which a service is given certificate and key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Two files in PEM.
    Pem,
    /// One file, with a password.
    Pkcs12,
}

/// How pkgs are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InstallerCertificate {
    /// How the service is given the certificate.
    pub form: Form,
    /// Whether the authority stamps its signatures.
    pub is_stamped: bool,
}

impl InstallerCertificate {
    /// In PEM, without time stamps.
    pub const PEM: Self = Self {
        form: Form::Pem,
        is_stamped: false,
    };
    /// In PEM, with time stamps.
    pub const STAMPED: Self = Self {
        form: Form::Pem,
        is_stamped: true,
    };
    /// In a PKCS#12 file, with time stamps.
    pub const PKCS12: Self = Self {
        form: Form::Pkcs12,
        is_stamped: true,
    };

    /// The settings that have a service sign so. Its secrets are put into `folder`.
    pub(crate) fn settings(self, folder: &Path) -> Vec<String> {
        let keep = |name: &str, secret: &[u8]| secret_reference(&folder.join(name), secret);
        let identity = identity();
        let (certificate, further, secret) = match self.form {
            Form::Pem => (
                keep("installer.pem", identity.chain_pem().as_bytes()),
                "--signing-pkg-key",
                keep("installer.key", identity.key_pem.as_bytes()),
            ),
            Form::Pkcs12 => (
                keep("installer.p12", &identity.pkcs12(PASSWORD, &[])),
                "--signing-pkg-password",
                keep("installer.password", PASSWORD.as_bytes()),
            ),
        };
        let mut settings = Vec::from(["--signing-pkg-certificate", &certificate, further, &secret].map(str::to_owned));
        if self.is_stamped {
            settings.extend(["--signing-pkg-timestamp-url".to_owned(), AUTHORITY.url().to_string()]);
        }
        settings
    }
}

/// The certificate, its key and its issuers.
#[must_use]
pub fn identity() -> &'static Identity {
    &IDENTITY
}

/// Where the authority answers.
pub(crate) fn authority_url() -> String {
    AUTHORITY.url().to_string()
}

/// The certificate of the authority, which issued it to itself, in PEM.
#[must_use]
pub fn authority_certificate_pem() -> String {
    AUTHORITY.certificate_pem()
}
