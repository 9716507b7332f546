//! Digests over what packages share.

use std::io::{self, Read};

use packager_artifact::{DigestMemo, Piece, Sha256State, SharedBytes, SharedPart};

use crate::stream::{Run, unpack};
use crate::{Error, Position};

/// What formats go on from that carry digests of their own content: states after the shared parts of a package, which
/// are remembered for each beginning of the list of parts. New update metadata, which stands last, so costs no more than
/// itself; only what nothing is remembered of is read, or read and unpacked, and that takes as long as it takes.
#[derive(Clone, Copy)]
pub struct SharedDigests<'a> {
    /// Where the bytes of shared parts are.
    pub bytes: &'a dyn SharedBytes,
    /// States after the parts as they are stored.
    pub packed: &'a DigestMemo,
    /// States after what the parts unpack to. For nothing else: the same part has another length here.
    pub unpacked: &'a DigestMemo,
}

impl SharedDigests<'_> {
    /// The SHA-256 computation after `parts`.
    ///
    /// # Errors
    /// [`Error::Shared`] when one cannot be read.
    pub(crate) fn packed(&self, parts: impl Iterator<Item = SharedPart>) -> Result<Sha256State, Error> {
        let pieces: Vec<_> = parts.map(Piece::Shared).collect();
        self.packed.state(&pieces, self.bytes).map_err(Error::Shared)
    }

    /// The SHA-256 computation after what `runs`, which make one stream, unpack to.
    ///
    /// # Errors
    /// [`Error::Shared`] when one cannot be read or unpacked.
    pub(crate) fn unpacked(&self, runs: &[(SharedPart, &Run)]) -> Result<Sha256State, Error> {
        let pieces: Vec<_> = runs.iter().map(|run| Piece::Shared(unpacked(run))).collect();
        let bytes = Unpacked {
            bytes: self.bytes,
            runs,
        };
        self.unpacked.state(&pieces, &bytes).map_err(Error::Shared)
    }
}

/// The name of a part with the length that it unpacks to.
fn unpacked((part, run): &(SharedPart, &Run)) -> SharedPart {
    SharedPart {
        sha256: part.sha256,
        size_bytes: run.unpacked_size_bytes(),
    }
}

/// Opens parts as what they unpack to.
struct Unpacked<'a> {
    bytes: &'a dyn SharedBytes,
    runs: &'a [(SharedPart, &'a Run)],
}

impl SharedBytes for Unpacked<'_> {
    fn open(&self, wanted: &SharedPart) -> io::Result<Box<dyn Read + Send + '_>> {
        let index = self.runs.iter().position(|run| unpacked(run) == *wanted);
        let found = index.and_then(|index| Some((index, self.runs.get(index)?)));
        let (index, (part, run)) = found.ok_or(io::ErrorKind::NotFound)?;
        let position = if index == 0 { Position::First } else { Position::Later };
        unpack(run, position, self.bytes.open(part)?)
    }
}
