//! The part of a compressed tar archive that many packages share.

use std::io::{BufWriter, Write};

use serde::{Deserialize, Serialize};

use crate::stream::{Effort, Encoder, Run};
use crate::tarball::{Dialect, Written, write_tree};
use crate::{Compression, Error, Position, Tree};

/// What composing a deb or an Arch package must know of a shared run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TarNotes {
    pub(crate) run: Run,
    pub(crate) files: Vec<Written>,
}

/// Writes the entries of `tree`, without the archive's end, as a run of compressed data.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read or `out` cannot be written; [`Error::Mismatch`] when a file is not as long
/// as it said.
pub(crate) fn write_run<W: Write>(
    tree: &Tree,
    dialect: Dialect,
    position: Position,
    compression: Compression,
    effort: Effort,
    build_time: u64,
    out: W,
) -> Result<(W, TarNotes), Error> {
    let encoder = Encoder::new(compression, position, effort, out).map_err(Error::Compression)?;
    // The encoder's calls are worth more than a tar block at a time.
    let mut tarball = BufWriter::with_capacity(128 << 10, encoder);
    let files = write_tree(&mut tarball, tree, build_time, dialect)?;
    let encoder = tarball.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    let (out, run) = encoder.finish().map_err(Error::Compression)?;
    Ok((out, TarNotes { run, files }))
}
