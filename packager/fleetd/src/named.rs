//! Contents that many trees share.

use std::io::{self, Read};

use packager_artifact::Sha256Digest;
use packager_formats::Content;
use zeroize::Zeroizing;

/// Bytes whose name was computed once.
pub(crate) struct Named {
    bytes: Zeroizing<Vec<u8>>,
    identity: Sha256Digest,
}

impl Named {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        let bytes = Zeroizing::new(bytes);
        Self {
            identity: bytes.identity(),
            bytes,
        }
    }
}

impl Content for Named {
    fn size_bytes(&self) -> u64 {
        self.bytes.size_bytes()
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        self.bytes.open()
    }

    fn identity(&self) -> Sha256Digest {
        self.identity
    }
}

/// Bytes of which only the name is known.
pub(crate) struct NameOnly(pub(crate) Sha256Digest);

impl Content for NameOnly {
    fn size_bytes(&self) -> u64 {
        0
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Err(io::Error::new(
            io::ErrorKind::NotFound,
            "the bytes have not been fetched",
        ))
    }

    fn identity(&self) -> Sha256Digest {
        self.0
    }
}
