//! The part of the payload that many packages share.

use std::io::{BufWriter, Write};

use serde::{Deserialize, Serialize};

use super::cpio::Entries;
use super::listed::Listed;
use crate::stream::{Effort, Encoder, Run};
use crate::{Compression, Error, Position, Tree};

/// What composing a pkg must know of a shared run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedNotes {
    pub(crate) run: Run,
    pub(super) files: Vec<Listed>,
}

/// Writes the entries of `tree`, without the archive's end, as a run of compressed data. In front of the first run stands the
/// root.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read or `out` cannot be written; [`Error::Mismatch`] when a file is not as long
/// as it said; [`Error::Invalid`] when one has 4 GiB or more.
pub fn write_shared<W: Write>(
    tree: &Tree,
    position: Position,
    effort: Effort,
    build_time: u64,
    out: W,
) -> Result<(W, SharedNotes), Error> {
    let encoder = Encoder::new(Compression::Gzip, position, effort, out).map_err(Error::Compression)?;
    // The encoder's calls are worth more than a header at a time.
    let archive = BufWriter::with_capacity(128 << 10, encoder);
    let first = tree.entries().first().map_or("", |entry| entry.path.as_str());
    let mut archive = Entries::new(archive, first, build_time)?;
    if position == Position::First {
        archive.root()?;
    }
    let files = tree
        .entries()
        .iter()
        .map(|entry| archive.entry(entry))
        .collect::<Result<_, _>>()?;
    let encoder = archive
        .into_inner()
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?;
    let (out, run) = encoder.finish().map_err(Error::Compression)?;
    Ok((out, SharedNotes { run, files }))
}
