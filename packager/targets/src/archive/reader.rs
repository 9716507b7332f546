use std::io::{self, Read};

use super::fault::ArchiveFault;

/// Passes on at most so many bytes. The one beyond is an error that carries
/// [`ArchiveFault::TooLarge`], not an end: a truncated archive must not look whole.
pub(super) struct BoundedReader<R> {
    inner: R,
    remaining: u64,
}

impl<R> BoundedReader<R> {
    pub(super) fn new(inner: R, limit_bytes: u64) -> Self {
        Self {
            inner,
            remaining: limit_bytes,
        }
    }
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.remaining = self
            .remaining
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other(ArchiveFault::TooLarge))?;
        Ok(read)
    }
}

/// The fault that `error`, met while reading an archive, stands for.
pub(super) fn fault_of(error: &io::Error) -> ArchiveFault {
    let mut source = error.get_ref().map(|inner| inner as &(dyn std::error::Error + 'static));
    while let Some(inner) = source {
        if let Some(fault) = inner.downcast_ref::<ArchiveFault>() {
            return *fault;
        }
        // `io::Error::source` skips the error that it wraps.
        source = match inner.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => inner.source(),
        };
    }
    ArchiveFault::Malformed
}
