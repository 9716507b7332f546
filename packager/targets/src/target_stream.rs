use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use crate::error::{Check, Error, Subject};
use crate::hashes::Hasher;
use crate::incoming::{Incoming, Source};
use crate::target::{CachedTarget, Target};
use crate::verified_reader::Damaged;

/// A target that may still be on its way.
#[derive(Clone)]
pub struct TargetStream {
    target: Target,
    incoming: Arc<Incoming>,
}

impl TargetStream {
    pub(crate) const fn new(target: Target, incoming: Arc<Incoming>) -> Self {
        Self { target, incoming }
    }

    /// Reads the target from its first byte, as fast as it comes. The reader blocks; how long, is bounded by the pace that
    /// downloads must keep. Its last bytes are handed out only if length and hashes of all that it handed out hold, so
    /// **what has been made of the others must be thrown away if it fails**.
    #[must_use]
    pub fn reader(&self) -> TargetReader {
        TargetReader {
            stream: self.clone(),
            whole: None,
            offset: 0,
            hasher: Hasher::default(),
        }
    }

    /// Why the target did not come, if that is why a reader failed.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        self.incoming.failure()
    }
}

impl fmt::Debug for TargetStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TargetStream")
            .field("target", &self.target.name)
            .finish_non_exhaustive()
    }
}

/// Reads a [`TargetStream`].
pub struct TargetReader {
    stream: TargetStream,
    /// Once the file is there as a whole.
    whole: Option<(CachedTarget, File)>,
    offset: u64,
    hasher: Hasher,
}

impl TargetReader {
    /// Reads what is there at the offset, at least a byte, waiting for it.
    fn read_on(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((_, file)) = &self.whole {
            return file.read_at(buffer, self.offset);
        }
        match self.stream.incoming.wait(self.offset).map_err(io::Error::other)? {
            Source::Growing(file, written_bytes) => {
                let there = usize::try_from(written_bytes.saturating_sub(self.offset)).unwrap_or(usize::MAX);
                let most = there.min(buffer.len());
                file.read_at(buffer.get_mut(..most).unwrap_or_default(), self.offset)
            }
            Source::Whole(cached) => {
                let file = cached.open_unchecked()?;
                let read = file.read_at(buffer, self.offset);
                self.whole = Some((cached, file));
                read
            }
        }
    }

    /// The error for bytes that are not the target's. A cached file with such bytes is fetched anew when it is next
    /// asked for.
    fn refuse(&self, check: Check) -> io::Error {
        match &self.whole {
            Some((cached, _)) => {
                cached.suspect();
                io::Error::new(io::ErrorKind::InvalidData, Damaged)
            }
            None => io::Error::other(Error::untrusted(Subject::Target, check)),
        }
    }
}

impl Read for TargetReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length_bytes = self.stream.target.length_bytes;
        let left = usize::try_from(length_bytes - self.offset).unwrap_or(usize::MAX);
        let most = left.min(buffer.len());
        let Some(wanted) = buffer.get_mut(..most).filter(|wanted| !wanted.is_empty()) else {
            return Ok(0);
        };
        let read = self.read_on(wanted)?;
        let Some(piece) = wanted.get(..read).filter(|piece| !piece.is_empty()) else {
            return Err(self.refuse(Check::Length));
        };
        self.hasher.update(piece);
        self.offset += read as u64;
        let holds = || self.stream.target.hashes.matches(&self.hasher.clone().finish());
        if self.offset == length_bytes && !holds() {
            return Err(self.refuse(Check::Hash));
        }
        Ok(read)
    }
}

impl fmt::Debug for TargetReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TargetReader")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}
