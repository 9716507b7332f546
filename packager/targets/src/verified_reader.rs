use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::cache::Lease;

/// Reads a file of the cache, whose length and SHA-256 are known. The last bytes are handed out only if the whole file
/// has that digest: a disk that changes a bit does not get it into a package.
///
/// Fails with [`io::ErrorKind::InvalidData`] on a file that was damaged. It is looked at again, and fetched or unpacked
/// anew, when it is next asked for.
#[derive(Debug)]
pub struct VerifiedReader {
    file: File,
    hasher: Sha256,
    remaining_bytes: u64,
    sha256: [u8; 32],
    lease: Arc<Lease>,
}

/// A file of the cache is not what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a file of the cache was damaged")]
pub struct Damaged;

impl VerifiedReader {
    /// `lease` holds the file in its place, and is told of damage.
    pub(crate) fn new(file: File, size_bytes: u64, sha256: [u8; 32], lease: Arc<Lease>) -> Self {
        Self {
            file,
            hasher: Sha256::new(),
            remaining_bytes: size_bytes,
            sha256,
            lease,
        }
    }

    fn refuse(&self) -> io::Error {
        self.lease.suspect();
        io::Error::new(io::ErrorKind::InvalidData, Damaged)
    }
}

impl Read for VerifiedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.remaining_bytes)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(wanted) = buffer.get_mut(..most).filter(|wanted| !wanted.is_empty()) else {
            return Ok(0);
        };
        let read = self.file.read(wanted)?;
        let Some(piece) = wanted.get(..read).filter(|piece| !piece.is_empty()) else {
            return Err(self.refuse());
        };
        self.hasher.update(piece);
        self.remaining_bytes -= read as u64;
        let digest = || <[u8; 32]>::from(self.hasher.clone().finalize());
        if self.remaining_bytes == 0 && digest() != self.sha256 {
            return Err(self.refuse());
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::{Item, Shelf};

    /// Reads `content`, where `expected` is expected, through a buffer of three bytes.
    fn read(content: &[u8], expected: &[u8]) -> Result<Vec<u8>, (Vec<u8>, io::ErrorKind)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, content).unwrap();
        let lease = Shelf::new(100).put(Item::Unpacked(0), path.clone(), 7, None);
        let lease = Arc::new(lease);
        let digest = Sha256::digest(expected).into();
        let file = File::open(path).unwrap();
        let mut reader = VerifiedReader::new(file, expected.len() as u64, digest, Arc::clone(&lease));
        let (mut all, mut buffer) = (Vec::new(), [0; 3]);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => {
                    assert!(!lease.is_suspect());
                    return Ok(all);
                }
                Ok(read) => all.extend_from_slice(&buffer[..read]),
                Err(error) => {
                    assert!(lease.is_suspect());
                    return Err((all, error.kind()));
                }
            }
        }
    }

    #[test]
    fn the_end_is_handed_out_only_if_the_whole_holds() {
        let damaged = |before: &[u8]| Err((before.to_vec(), io::ErrorKind::InvalidData));
        assert_eq!(read(b"abcdefg", b"abcdefg"), Ok(b"abcdefg".to_vec()));
        assert_eq!(read(b"", b""), Ok(Vec::new()));
        assert_eq!(read(b"Xbcdefg", b"abcdefg"), damaged(b"Xbcdef"));
        assert_eq!(read(b"abcdefX", b"abcdefg"), damaged(b"abcdef"));
        assert_eq!(read(b"abcd", b"abcdefg"), damaged(b"abcd"));
        assert_eq!(read(b"abcdefg more", b"abcdefg"), Ok(b"abcdefg".to_vec()));
    }
}
