use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cache::{CacheKey, Item, Lease};
use crate::hashes::{Digests, Hashes};
use crate::target_name::TargetName;
use crate::target_version::TargetVersion;
use crate::verified_reader::VerifiedReader;

/// What trusted metadata lists about a target file (TARGETS in the specification, section 4.5).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    pub(crate) name: TargetName,
    pub(crate) length_bytes: u64,
    pub(crate) hashes: Hashes,
    pub(crate) version: Option<TargetVersion>,
    /// Whether the file's name carries its hash.
    pub(crate) consistent_snapshot: bool,
}

impl Target {
    /// The target's name.
    #[must_use]
    pub fn name(&self) -> &TargetName {
        &self.name
    }

    /// The file's length.
    #[must_use]
    pub fn length_bytes(&self) -> u64 {
        self.length_bytes
    }

    /// The file's digests, as far as they are listed.
    #[must_use]
    pub fn hashes(&self) -> &Hashes {
        &self.hashes
    }

    /// The version in the target's `custom` object, where Fleet puts it.
    #[must_use]
    pub fn version(&self) -> Option<&TargetVersion> {
        self.version.as_ref()
    }
}

/// A target's file in the cache. Its length and every listed hash held. The file stays where it is for as long as this, or
/// a clone of it, is there.
#[derive(Debug, Clone)]
pub struct CachedTarget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    size_bytes: u64,
    digests: Digests,
    lease: Arc<Lease>,
}

impl CachedTarget {
    pub(crate) fn new(path: PathBuf, size_bytes: u64, digests: Digests, lease: Lease) -> Self {
        Self(Arc::new(Inner {
            path,
            size_bytes,
            digests,
            lease: Arc::new(lease),
        }))
    }

    /// Where the file lies. Its name says nothing about the target. Read-only: all builds share it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }

    /// The file's length.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.0.size_bytes
    }

    /// The file's SHA-256, computed here whatever the repository lists.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.0.digests.sha256
    }

    /// The file's SHA-512, computed here whatever the repository lists.
    #[must_use]
    pub fn sha512(&self) -> &[u8; 64] {
        &self.0.digests.sha512
    }

    /// Opens the file for reading. The reader fails at the end of a file that has been damaged meanwhile.
    pub fn open(&self) -> io::Result<VerifiedReader> {
        let Inner {
            path,
            size_bytes,
            digests,
            lease,
        } = &*self.0;
        let file = File::open(path).inspect_err(|_| lease.suspect())?;
        Ok(VerifiedReader::new(
            file,
            *size_bytes,
            digests.sha256,
            Arc::clone(lease),
        ))
    }

    /// Opens the file for somebody who checks it himself, and [says so](Self::suspect) if it is not what it was.
    pub(crate) fn open_unchecked(&self) -> io::Result<File> {
        File::open(&self.0.path).inspect_err(|_| self.suspect())
    }

    /// To be looked at again before it is next used.
    pub(crate) fn suspect(&self) {
        self.0.lease.suspect();
    }

    pub(crate) fn digests(&self) -> &Digests {
        &self.0.digests
    }

    /// Under which name it is cached.
    pub(crate) fn key(&self) -> Option<&CacheKey> {
        match self.0.lease.item() {
            Item::Target(key) => Some(key),
            Item::Unpacked(_) => None,
        }
    }

    /// Whether somebody has read other bytes than there should be.
    pub(crate) fn is_suspect(&self) -> bool {
        self.0.lease.is_suspect()
    }
}
