//! Writing a shared part.

use std::fmt;
use std::io::{self, BufWriter, Write};

use packager_artifact::{DigestWriter, SharedPart};
use tempfile::NamedTempFile;

/// Bytes gathered before they are written.
const BUFFER_SIZE: usize = 256 * 1024;

/// Takes the bytes of a shared part that is being made. Dropped before
/// [`SharedParts::commit`](crate::SharedParts::commit), it leaves nothing behind.
pub struct SharedWriter(DigestWriter<BufWriter<NamedTempFile>>);

impl SharedWriter {
    pub(crate) fn new(file: NamedTempFile) -> Self {
        Self(DigestWriter::new(BufWriter::with_capacity(BUFFER_SIZE, file)))
    }

    /// The file, written out but not synced, and what it is.
    pub(crate) fn finish(self) -> io::Result<(NamedTempFile, SharedPart)> {
        let (buffer, sha256, size_bytes) = self.0.finish();
        let file = buffer.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((file, SharedPart { sha256, size_bytes }))
    }
}

impl Write for SharedWriter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

impl fmt::Debug for SharedWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedWriter(..)")
    }
}
