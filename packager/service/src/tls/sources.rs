//! Where the pair comes from.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use packager_settings::{Network, SecretRef};

use super::{CertificateError, Pair};

/// Longest certificate file: a chain of a hundred has room.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Where the pair comes from.
#[derive(Debug)]
pub(crate) struct Sources {
    certificate: PathBuf,
    /// Needs no environment.
    key: SecretRef,
}

/// What files look like from outside, as far as it tells whether one has changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Look([Option<FileLook>; 2]);

#[derive(Debug, PartialEq, Eq)]
struct FileLook {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds. The time of the last change of anything cannot be set back, as that of the content can.
    modified: (i64, i64),
    changed: (i64, i64),
}

impl FileLook {
    /// Links are followed: certbot's and Kubernetes' names stay, and lead to other files.
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }
}

impl Sources {
    /// The sources that are set, if any are.
    pub(crate) fn of(
        network: &Network,
        lookup: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Option<Self>, CertificateError> {
        let (Some(certificate), Some(key)) = (&network.tls_certificate, &network.tls_key) else {
            return Ok(None);
        };
        Ok(Some(Self {
            certificate: certificate.clone(),
            key: key.without_environment(lookup)?,
        }))
    }

    /// How the files look. To be asked before they are read: what changes meanwhile then looks different the next time.
    pub(crate) fn look(&self) -> Look {
        let key = match &self.key {
            SecretRef::File(path) => FileLook::of(path),
            // The process has it, and it stays what it was.
            SecretRef::Environment(_) | SecretRef::SystemdCredential(_) | SecretRef::Bare(_) => None,
        };
        Look([FileLook::of(&self.certificate), key])
    }

    /// Reads and checks the pair.
    pub(crate) fn load(&self, now: Timestamp) -> Result<Pair, CertificateError> {
        let certificates = read(&self.certificate).map_err(|source| CertificateError::Unreadable {
            path: self.certificate.clone(),
            source,
        })?;
        let key = self.key.resolve(&|_| None)?;
        let mut pair = Pair::new(&self.certificate, &certificates, &key.secret, now)?;
        pair.warnings
            .extend(key.warning.map(|warning| format!("tls_key: {warning}")));
        Ok(pair)
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    // Asked before it is opened: to open a pipe is to wait for its writer.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("longer than {MAX_FILE_BYTES} bytes"),
        ));
    }
    Ok(bytes)
}
