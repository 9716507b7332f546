//! The closed list of formats. A sixth is a variant here, and the compiler lists the places to touch.

use std::io::Write;
use std::ops::Range;

use packager_artifact::{SharedPart, Unsigned};
use serde::{Deserialize, Serialize};

use crate::stream::Effort;
use crate::{Compression, Error, Package, Position, Tree, deb};

/// A packaging format that is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Debian's.
    Deb,
}

/// What composing a package must know of a shared run, as the format that wrote it remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SharedNotes {
    /// Of a deb.
    Deb(deb::SharedNotes),
}

impl Format {
    /// Goes up whenever the bytes that this crate writes for the same input change, so that shared parts are remade.
    #[must_use]
    pub const fn writer_revision(self) -> u32 {
        match self {
            Self::Deb => 2,
        }
    }

    /// Writes `tree` as a run of compressed data to `out`, and returns the writer with what composing must know.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be read or `out` cannot be written; [`Error::Mismatch`] when a file is not as
    /// long as it said.
    pub fn write_shared<W: Write>(
        self,
        tree: &Tree,
        position: Position,
        compression: Compression,
        effort: Effort,
        build_time: u64,
        out: W,
    ) -> Result<(W, SharedNotes), Error> {
        match self {
            Self::Deb => {
                let (out, notes) = deb::write_shared(tree, position, compression, effort, build_time, out)?;
                Ok((out, SharedNotes::Deb(notes)))
            }
        }
    }

    /// Composes a package of shared runs, in the order given, and a tree of files of its own.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when notes are of another format or compression, a path is there twice or lacks its
    /// directory; [`Error::Invalid`] when a text cannot stand in the format; [`Error::Io`] when an own file cannot be
    /// read.
    pub fn compose(
        self,
        package: &Package,
        shared: &[(SharedPart, &SharedNotes)],
        own: &Tree,
        compression: Compression,
    ) -> Result<Unsigned, Error> {
        match self {
            Self::Deb => {
                let shared: Vec<_> = shared
                    .iter()
                    .map(|(part, SharedNotes::Deb(notes))| (*part, notes))
                    .collect();
                deb::compose(package, &shared, own, compression)
            }
        }
    }

    /// The bytes of a composed package that a signature of the format is made over, in this order.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if it is not a package of this format, or has a signature.
    pub fn signed_ranges(self, package: &Unsigned) -> Result<Vec<Range<u64>>, Error> {
        match self {
            Self::Deb => deb::signed_ranges(package),
        }
    }

    /// The same package with a signature over its [signed ranges](Format::signed_ranges) in it.
    ///
    /// # Errors
    /// [`Error::Mismatch`] as [`Format::signed_ranges`]; [`Error::Invalid`] if the signature does not fit into the format.
    pub fn attach_signature(self, package: Unsigned, signature: &[u8], build_time: u64) -> Result<Unsigned, Error> {
        match self {
            Self::Deb => deb::attach_signature(package, signature, build_time),
        }
    }
}
