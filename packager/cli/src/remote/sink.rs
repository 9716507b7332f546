//! Where a download goes: a file, hashed on the way, never longer than promised.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};

use packager_artifact::{Sha256Digest, Sha256State};
use tokio::io::AsyncWriteExt;

use super::Error;

pub(super) struct Sink {
    file: tokio::fs::File,
    hash: Sha256State,
    received_bytes: u64,
    size_bytes: u64,
}

impl Sink {
    /// Takes an empty file for a package of `size_bytes`.
    pub(super) fn new(file: File, size_bytes: u64) -> Self {
        Self {
            file: tokio::fs::File::from_std(file),
            hash: Sha256State::default(),
            received_bytes: 0,
            size_bytes,
        }
    }

    pub(super) const fn received_bytes(&self) -> u64 {
        self.received_bytes
    }

    pub(super) const fn is_complete(&self) -> bool {
        self.received_bytes == self.size_bytes
    }

    /// Takes the next bytes.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let received_bytes = self.received_bytes + bytes.len() as u64;
        if received_bytes > self.size_bytes {
            return Err(Error::Corrupt("it is longer"));
        }
        self.file.write_all(bytes).await?;
        self.hash.update(bytes);
        self.received_bytes = received_bytes;
        Ok(())
    }

    /// Forgets everything and begins anew.
    pub(super) async fn restart(&mut self) -> io::Result<()> {
        if self.received_bytes > 0 {
            self.file.flush().await?;
            self.file.set_len(0).await?;
            tokio::io::AsyncSeekExt::rewind(&mut self.file).await?;
            self.hash = Sha256State::default();
            self.received_bytes = 0;
        }
        Ok(())
    }

    /// Says that the bytes are the promised ones.
    pub(super) async fn finish(mut self, promised: Sha256Digest) -> Result<(), Error> {
        self.file.flush().await?;
        if self.hash.finish() == promised {
            Ok(())
        } else {
            Err(Error::Corrupt("its SHA-256 is another"))
        }
    }
}

/// The SHA-256 and the length of a whole file.
pub(crate) fn digest_of(mut file: &File) -> io::Result<(Sha256Digest, u64)> {
    file.seek(SeekFrom::Start(0))?;
    let mut digest = packager_artifact::DigestWriter::new(io::sink());
    io::copy(&mut file, &mut digest)?;
    let (_, sha256, size_bytes) = digest.finish();
    Ok((sha256, size_bytes))
}
