//! What signs packages.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::time::Instant;
use x509_certificate::CapturedX509Certificate;

use super::certificate::SignerCertificate;
use super::credentials::AuthenticodeCredentials;
use super::key_file::KeyFile;
use super::room::Turns;
use super::scratch::Scratch;
use super::signature::ReadSignature;
use super::signing::Signing;
use super::tool::{Key, Tool};
use super::{AuthenticodeError, stamp};
use crate::pkcs12::MOST_CERTIFICATES;
use crate::{TimeStampAuthority, TimeStamps};

/// What a signer needs.
#[derive(Debug)]
pub struct AuthenticodeSettings {
    /// Where `osslsigncode` is: an absolute path.
    pub tool: PathBuf,
    /// A directory in memory (tmpfs or ramfs), with room for the largest package.
    pub scratch: PathBuf,
    /// Who is asked for time stamps.
    pub time_stamps: Option<TimeStampAuthority>,
    /// What Windows calls the package when it asks whether to install it. Empty for nothing.
    pub description: String,
    /// Where there is more about it. Empty for nothing.
    pub description_url: String,
    /// How long one signature may take, time stamp included.
    pub deadline: Duration,
    /// Where the key is.
    pub credentials: AuthenticodeCredentials,
}

/// Signs Windows Installer packages.
pub struct AuthenticodeSigner {
    tool: Tool,
    scratch: Scratch,
    turns: Turns,
    time_stamps: Option<TimeStampAuthority>,
    deadline: Duration,
    certificate: SignerCertificate,
}

impl AuthenticodeSigner {
    /// Reads the credentials, and signs a small compound file with them: what does not work at the time `now` is refused.
    /// The time-stamping authority is not asked.
    ///
    /// A token is asked once. A wrong PIN costs it one of its tries.
    ///
    /// # Errors
    /// [`AuthenticodeError`], which says what to do.
    pub async fn new(settings: AuthenticodeSettings, now: Timestamp) -> Result<Self, AuthenticodeError> {
        let AuthenticodeSettings {
            tool: path,
            scratch,
            time_stamps,
            description,
            description_url,
            deadline,
            credentials,
        } = settings;
        if !path.is_absolute() {
            let source = io::Error::from(io::ErrorKind::InvalidInput);
            return Err(AuthenticodeError::ToolMissing { path, source });
        }
        let scratch = Scratch::open(&scratch)?;
        let turns = Turns::at(&scratch)?;
        let (key, certificate) = match credentials {
            AuthenticodeCredentials::Pkcs12 { file, password } => {
                let (key, certificate) = KeyFile::of(&file, password.as_ref().map(|password| password.as_str()))?;
                certificate.check(now)?;
                (Key::File(key), Some(certificate))
            }
            AuthenticodeCredentials::Pkcs11(token) => {
                if let Err(source) = File::open(&token.module) {
                    let path = token.module;
                    return Err(AuthenticodeError::ModuleMissing { path, source });
                }
                if !are_certificates(&token.issuers_pem) {
                    return Err(AuthenticodeError::IssuersUnreadable);
                }
                (Key::Token(token), None)
            }
        };
        let tool = Tool {
            path,
            description,
            description_url,
            key,
        };
        let signing = Signing {
            tool: &tool,
            scratch: &scratch,
            turns: &turns,
            deadline,
            until: Instant::now() + deadline,
        };
        let certificate = signing.try_out(certificate, now).await?;
        Ok(Self {
            tool,
            scratch,
            turns,
            time_stamps,
            deadline,
            certificate,
        })
    }

    /// Signs the package that `write` writes, at the time `at`, and gives the signature in DER: the content of the stream
    /// `\u{5}DigitalSignature`. It has not been verified.
    ///
    /// `write` runs on a thread for what blocks. What it writes is in memory, and goes when this ends or is dropped; so does
    /// the tool, with all that it has started.
    ///
    /// # Errors
    /// [`AuthenticodeError`].
    pub async fn sign(
        &self,
        at: Timestamp,
        write: impl FnOnce(&mut File) -> io::Result<()> + Send + 'static,
    ) -> Result<Vec<u8>, AuthenticodeError> {
        self.certificate.check(at)?;
        let signing = Signing {
            tool: &self.tool,
            scratch: &self.scratch,
            turns: &self.turns,
            deadline: self.deadline,
            until: Instant::now() + self.deadline,
        };
        let signature = signing.sign(write).await?;
        let Some(authority) = &self.time_stamps else {
            return Ok(signature);
        };
        let read = ReadSignature::parse(&signature)?;
        let token = signing.in_time(authority.token(stamp::imprint(&read))).await?;
        stamp::stamped(&read, &token.map_err(AuthenticodeError::TimeStamp)?)
    }

    /// Whether `signature` is this signer's over a package with this digest: its content type and what it says of the
    /// package, its signed attributes, the signature itself, and the certificate in it. If there is a time-stamping
    /// authority, it has to have a token over the signature.
    ///
    /// # Errors
    /// [`AuthenticodeError::BadSignature`] if it is not.
    pub fn verify(&self, digest: &[u8; 32], signature: &[u8]) -> Result<(), AuthenticodeError> {
        let time_stamps = match self.time_stamps {
            Some(_) => TimeStamps::With,
            None => TimeStamps::Without,
        };
        ReadSignature::parse(signature)?.verify(digest, &self.certificate, time_stamps)
    }

    /// Whom the certificate names, for the log.
    #[must_use]
    pub fn name(&self) -> String {
        self.certificate.certificate().subject_common_name().unwrap_or_default()
    }

    /// When the certificate expires.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.certificate.expires_at()
    }
}

/// Whether all that is in a PEM file can be read, and is not too much. An empty one has nothing that cannot.
fn are_certificates(pem: &[u8]) -> bool {
    let read: Vec<_> = CertificateDer::pem_slice_iter(pem).take(MOST_CERTIFICATES).collect();
    let is_read = |der: &Result<CertificateDer<'_>, _>| {
        let der = der.as_ref().ok();
        der.is_some_and(|der| CapturedX509Certificate::from_der(der.as_ref()).is_ok())
    };
    (pem.is_empty() || !read.is_empty()) && read.len() < MOST_CERTIFICATES && read.iter().all(is_read)
}

/// Tells whose it is, and nothing of the key.
impl fmt::Debug for AuthenticodeSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticodeSigner")
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}
