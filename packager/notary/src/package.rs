//! The package that is notarized, and its way to the network.

use std::io::{self, Read};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use packager_artifact::Sha256Digest;
use tokio::sync::mpsc;

/// How much is read at a time.
const BLOCK_BYTES: usize = 256 << 10;

/// How many blocks wait to be sent.
const BLOCKS: usize = 2;

/// Where a package's bytes are.
pub trait PackageBytes: Send + Sync {
    /// Opens the package at its first byte. Read by a thread that may wait.
    ///
    /// # Errors
    /// When a part of it cannot be read.
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>>;
}

/// A signed package.
#[derive(Clone)]
pub struct Package {
    /// The name that Apple shows in its lists. It says nothing of who asked.
    pub name: String,
    /// The SHA-256 of the whole.
    pub sha256: Sha256Digest,
    /// The length of the whole.
    pub size_bytes: u64,
    /// The bytes.
    pub bytes: Arc<dyn PackageBytes>,
}

impl std::fmt::Debug for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Package({}, {} bytes)", self.name, self.size_bytes)
    }
}

impl Package {
    /// The bytes from the first to the last. A fault in reading them ends the stream with an error, and so does a length
    /// that is not the one promised.
    pub(crate) fn stream(&self) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        let (blocks, receiver) = mpsc::channel(BLOCKS);
        let (bytes, size_bytes) = (Arc::clone(&self.bytes), self.size_bytes);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = send(&*bytes, size_bytes, &blocks) {
                // Whoever does not listen any more has an error of its own.
                let _ = blocks.blocking_send(Err(error));
            }
        });
        stream::unfold(receiver, |mut receiver| async move {
            let block = receiver.recv().await?;
            Some((block, receiver))
        })
    }
}

fn send(bytes: &dyn PackageBytes, size_bytes: u64, blocks: &mpsc::Sender<io::Result<Bytes>>) -> io::Result<()> {
    // One byte more, to notice a package that is longer.
    let mut reader = bytes.open()?.take(size_bytes.saturating_add(1));
    let mut sent = 0;
    loop {
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        let read = (&mut reader).take(BLOCK_BYTES as u64).read_to_end(&mut block)?;
        if read == 0 {
            break;
        }
        sent += read as u64;
        if sent > size_bytes {
            break;
        }
        if blocks.blocking_send(Ok(Bytes::from(block))).is_err() {
            return Ok(());
        }
    }
    if sent == size_bytes {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the package is not as long as it is said to be",
        ))
    }
}
