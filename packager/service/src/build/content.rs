//! Fetched files as contents of a package.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;

use packager_artifact::Sha256Digest;
use packager_formats::Content;
use packager_targets::CachedTarget;

/// A target that is packaged as it is.
pub(super) struct TargetContent(pub(super) CachedTarget);

impl Content for TargetContent {
    fn size_bytes(&self) -> u64 {
        self.0.size_bytes()
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.0.open()?))
    }

    fn identity(&self) -> Sha256Digest {
        Sha256Digest::from_bytes(*self.0.sha256())
    }
}

/// A file of an unpacked archive. Its archive and its place in it name its bytes.
pub(super) struct UnpackedContent {
    pub(super) source: PathBuf,
    pub(super) size_bytes: u64,
    pub(super) identity: Sha256Digest,
}

impl Content for UnpackedContent {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(File::open(&self.source)?))
    }

    fn identity(&self) -> Sha256Digest {
        self.identity
    }
}
