//! Writing a shared part.

use std::fmt;
use std::io::{self, BufWriter, Write};

use packager_artifact::{DigestWriter, SharedPart};
use packager_faults::{self as faults, Part, Point};
use tempfile::NamedTempFile;

use crate::shared_file::Checked;

/// Bytes gathered before they are written.
const BUFFER_SIZE: usize = 256 * 1024;

/// Takes the bytes of a shared part that is being made. Dropped before
/// [`SharedParts::commit`](crate::SharedParts::commit), it leaves nothing behind.
pub struct SharedWriter(DigestWriter<Checked<BufWriter<NamedTempFile>>>);

impl SharedWriter {
    pub(crate) fn new(file: NamedTempFile) -> Self {
        Self(DigestWriter::new(Checked::new(BufWriter::with_capacity(
            BUFFER_SIZE,
            file,
        ))))
    }

    /// The file, written out but not synced, what it is, and the checks of its blocks.
    pub(crate) fn finish(self) -> io::Result<(NamedTempFile, SharedPart, Vec<u32>)> {
        let (checked, sha256, size_bytes) = self.0.finish();
        let (buffer, checks) = checked.finish();
        let file = buffer.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((file, SharedPart { sha256, size_bytes }, checks))
    }
}

impl Write for SharedWriter {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        faults::write_all(Point::Part(Part::Write), &mut self.0, buf)?;
        Ok(buf.len())
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
