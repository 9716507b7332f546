//! Where a secret is kept.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::kind::{Describe, Kind, SecretReference};
use crate::secret::{MAX_SECRET_BYTES, Secret};

/// The folder in which systemd puts a service's credentials (systemd.exec(5), "CREDENTIALS").
const CREDENTIALS_DIRECTORY: &str = "CREDENTIALS_DIRECTORY";

/// Where a secret is kept. Prints everything but a bare secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretRef {
    /// `env:NAME`: in this environment variable.
    Environment(String),
    /// `file:/path`: in this file.
    File(PathBuf),
    /// `systemd:NAME`: in this credential that systemd hands to the service.
    SystemdCredential(String),
    /// The setting holds the secret itself.
    Bare(Secret),
}

/// A secret that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The secret.
    pub secret: Secret,
    /// What the operator should know about how it is kept.
    pub warning: Option<String>,
}

/// A text that does not say where a secret is kept. It is not part of the message: it may be the secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidReference(String);

/// Why a secret cannot be had. No text of it is part of any message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// The variable is not set, or systemd handed over no credentials.
    #[error("the environment variable `{0}` is not set")]
    NotSet(String),
    /// The file is missing, or cannot be read.
    #[error("cannot read the secret file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("the secret is empty")]
    Empty,
    /// There is more in it than a secret.
    #[error("the secret is longer than {MAX_SECRET_BYTES} bytes")]
    TooLong,
    /// Text was wanted, and it is something else.
    #[error("the secret is not UTF-8 text")]
    NotText,
}

impl SecretRef {
    /// Reads `file:/path`, `env:NAME` or `systemd:NAME`. For command lines, on which the secret itself has no place.
    ///
    /// Fails with [`InvalidReference`] for any other text, a bare secret too.
    pub fn parse_reference(text: &str) -> Result<Self, InvalidReference> {
        match SecretReference.read(text) {
            Ok(Self::Bare(_)) => Err(InvalidReference(format!(
                "must be {}, and not the secret itself",
                SecretReference.form()
            ))),
            Ok(reference) => Ok(reference),
            Err(refusal) => Err(InvalidReference(refusal.0.into_owned())),
        }
    }

    /// The same secret's reference for later, when there is no environment to look into: a file, or the secret itself.
    ///
    /// Fails with [`SecretError::NotSet`], and for a variable's content as [`Self::resolve`] does.
    pub fn without_environment(&self, lookup: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, SecretError> {
        match self {
            Self::Environment(_) => Ok(Self::Bare(self.resolve(lookup)?.secret)),
            Self::SystemdCredential(name) => Ok(Self::File(credential(name, lookup)?)),
            Self::File(_) | Self::Bare(_) => Ok(self.clone()),
        }
    }

    /// Fetches the secret. `lookup` answers with an environment variable's value, like `|name| std::env::var_os(name)`.
    /// Reads files, and so may block.
    ///
    /// Fails with [`SecretError::NotSet`] and [`SecretError::Unreadable`] if it is not where the reference says (a folder,
    /// a pipe and a device are not read), [`SecretError::Empty`] and [`SecretError::TooLong`].
    pub fn resolve(&self, lookup: &dyn Fn(&str) -> Option<OsString>) -> Result<Resolved, SecretError> {
        match self {
            Self::Environment(name) => {
                let bytes = Zeroizing::new(variable(name, lookup)?.into_encoded_bytes());
                Ok(unremarkable(Secret::new(bytes)?))
            }
            Self::File(path) => {
                let (secret, mode) = read(path)?;
                let warning = (mode & 0o007 != 0).then(|| {
                    format!(
                        "the secret file {} is open to every user of this machine: its mode is {:03o}, it should be 600",
                        path.display(),
                        mode & 0o777,
                    )
                });
                Ok(Resolved { secret, warning })
            }
            Self::SystemdCredential(name) => {
                // Who may read it is systemd's business.
                Ok(unremarkable(read(&credential(name, lookup)?)?.0))
            }
            Self::Bare(secret) => Ok(unremarkable(secret.clone())),
        }
    }
}

fn variable(name: &str, lookup: &dyn Fn(&str) -> Option<OsString>) -> Result<OsString, SecretError> {
    lookup(name).ok_or_else(|| SecretError::NotSet(name.to_owned()))
}

/// The file of a credential.
fn credential(name: &str, lookup: &dyn Fn(&str) -> Option<OsString>) -> Result<PathBuf, SecretError> {
    Ok(PathBuf::from(variable(CREDENTIALS_DIRECTORY, lookup)?).join(name))
}

fn unremarkable(secret: Secret) -> Resolved {
    Resolved { secret, warning: None }
}

/// The file's content, and its permission bits.
fn read(path: &Path) -> Result<(Secret, u32), SecretError> {
    let unreadable = |source| SecretError::Unreadable {
        path: path.to_owned(),
        source,
    };
    // Asked before it is opened: to open a pipe is to wait for its writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(unreadable(io::Error::new(
            io::ErrorKind::InvalidInput,
            "not a regular file",
        )));
    }
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.permissions().mode();
    // Larger than what is read, so that it never grows and leaves a copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_SECRET_BYTES + 64));
    file.take(MAX_SECRET_BYTES as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    Ok((Secret::new(bytes)?, mode))
}
