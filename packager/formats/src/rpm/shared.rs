//! The part of the payload that many packages share.

use std::io::{BufWriter, Write};

use serde::{Deserialize, Serialize};

use super::cpio::write_entry;
use super::listed::Listed;
use crate::stream::{Effort, Encoder, Run};
use crate::{Compression, Error, Position, Tree};

/// What composing an rpm must know of a shared run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedNotes {
    pub(crate) run: Run,
    pub(super) files: Vec<Listed>,
}

/// Writes the entries of `tree`, without the archive's end, as a run of compressed data.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read or `out` cannot be written; [`Error::Mismatch`] when a file is not as long
/// as it said; [`Error::Invalid`] when one has 4 GiB or more.
pub fn write_shared<W: Write>(
    tree: &Tree,
    position: Position,
    compression: Compression,
    effort: Effort,
    build_time: u64,
    out: W,
) -> Result<(W, SharedNotes), Error> {
    let encoder = Encoder::new(compression, position, effort, out).map_err(Error::Compression)?;
    // The encoder's calls are worth more than a header at a time.
    let mut archive = BufWriter::with_capacity(128 << 10, encoder);
    let mut files = Vec::with_capacity(tree.entries().len());
    for entry in tree.entries() {
        files.push(write_entry(&mut archive, entry, build_time)?);
    }
    let encoder = archive.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    let (out, run) = encoder.finish().map_err(Error::Compression)?;
    Ok((out, SharedNotes { run, files }))
}
