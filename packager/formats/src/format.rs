//! The closed list of formats. A sixth is a variant here, and the compiler lists the places to touch.

use std::io::Write;
use std::ops::Range;

use packager_artifact::{Part, SharedPart, Unsigned};
use serde::{Deserialize, Serialize};

use crate::stream::{Effort, LocatedBlock};
use crate::tar_run::{TarNotes, write_run};
use crate::tarball::Dialect;
use crate::{Compression, Error, Package, Position, SharedDigests, Tree, arch, deb, msi, pkg, rpm};

/// A packaging format that is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Debian's.
    Deb,
    /// RPM's.
    Rpm,
    /// Arch Linux's.
    Arch,
    /// macOS's flat package.
    Pkg,
    /// Windows Installer's.
    Msi,
}

/// Where a format has its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignaturePlace {
    /// In the package.
    Inside,
    /// In a file of its own, beside the package.
    Beside,
}

/// What composing a package must know of a shared run, as the format that wrote it remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SharedNotes {
    /// Of a deb.
    Deb(TarNotes),
    /// Of an rpm.
    Rpm(rpm::SharedNotes),
    /// Of an Arch package.
    Arch(TarNotes),
    /// Of a pkg.
    Pkg(pkg::SharedNotes),
    /// Of an msi.
    Msi(msi::SharedNotes),
}

impl SharedNotes {
    /// The blocks of the run, `size_bytes` long, that other runs may have, too.
    #[must_use]
    pub fn blocks(&self, size_bytes: u64) -> Vec<LocatedBlock> {
        let run = match self {
            Self::Deb(notes) | Self::Arch(notes) => &notes.run,
            Self::Rpm(notes) => &notes.run,
            Self::Pkg(notes) => &notes.run,
            Self::Msi(_) => return Vec::new(),
        };
        run.blocks(size_bytes)
    }
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Deb, Self::Rpm, Self::Arch, Self::Pkg, Self::Msi];

    /// Goes up whenever the bytes that this crate writes for the same input change, so that shared parts are remade.
    #[must_use]
    pub const fn writer_revision(self) -> u32 {
        match self {
            Self::Deb => 3,
            Self::Rpm => 2,
            Self::Arch | Self::Pkg | Self::Msi => 1,
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
        let tar_run =
            |dialect, position, out| write_run(tree, dialect, position, compression, effort.clone(), build_time, out);
        match self {
            Self::Deb => tar_run(Dialect::Deb, position, out).map(|(out, notes)| (out, SharedNotes::Deb(notes))),
            // Own files are in front of all shared ones, and with them the frame's header.
            Self::Arch => {
                tar_run(Dialect::Arch, Position::Later, out).map(|(out, notes)| (out, SharedNotes::Arch(notes)))
            }
            Self::Rpm => {
                let (out, notes) = rpm::write_shared(tree, position, compression, effort, build_time, out)?;
                Ok((out, SharedNotes::Rpm(notes)))
            }
            // Installer reads gzip alone, whatever is asked for.
            Self::Pkg => {
                let (out, notes) = pkg::write_shared(tree, position, effort, build_time, out)?;
                Ok((out, SharedNotes::Pkg(notes)))
            }
            // Windows Installer reads MSZIP, and no stream of runs: each part is a cabinet.
            Self::Msi => {
                let (out, notes) = msi::write_shared(tree, effort, build_time, out)?;
                Ok((out, SharedNotes::Msi(notes)))
            }
        }
    }

    /// What all packages of these shared runs have beside them, where there is such a thing: bytes of a shared part that stands
    /// behind them, made in no time.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when notes are of another format.
    pub fn index(self, shared: &[(SharedPart, &SharedNotes)]) -> Result<Option<(Vec<u8>, SharedNotes)>, Error> {
        match self {
            Self::Deb | Self::Rpm | Self::Arch | Self::Pkg => Ok(None),
            Self::Msi => {
                let index = msi::index(&msi_notes(shared)?)?;
                Ok(index.map(|(bytes, notes)| (bytes, SharedNotes::Msi(notes))))
            }
        }
    }

    /// Whether the packages of a release begin with the same bytes, so that it is worth to remember the state of a
    /// digest over one.
    #[must_use]
    pub const fn begins_alike(self) -> bool {
        match self {
            Self::Deb | Self::Arch | Self::Msi => true,
            // The header, or the table of contents, has digests of the package's own files.
            Self::Rpm | Self::Pkg => false,
        }
    }

    /// Has `digests` remember what composing packages of these shared runs goes on from, so that the first does not wait
    /// for it.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when notes are of another format; [`Error::Shared`] when a shared part cannot be read.
    pub fn remember(self, shared: &[(SharedPart, &SharedNotes)], digests: &SharedDigests<'_>) -> Result<(), Error> {
        match self {
            Self::Deb | Self::Arch | Self::Msi => Ok(()),
            Self::Rpm => rpm::remember(&rpm_notes(shared)?, digests),
            Self::Pkg => pkg::remember(&pkg_notes(shared)?, digests),
        }
    }

    /// Composes a package of shared runs, in the order given, and a tree of files of its own. May read shared parts, all
    /// of them if `digests` remembers nothing of them, where a format carries digests of its content.
    ///
    /// # Errors
    /// [`Error::Mismatch`] when notes are of another format or compression, a path is there twice or lacks its
    /// directory; [`Error::Invalid`] when a text cannot stand in the format; [`Error::Io`] when an own file cannot be
    /// read; [`Error::Shared`] when a shared part cannot.
    pub fn compose(
        self,
        package: &Package,
        shared: &[(SharedPart, &SharedNotes)],
        own: &Tree,
        compression: Compression,
        digests: &SharedDigests<'_>,
    ) -> Result<Unsigned, Error> {
        match self {
            Self::Deb => deb::compose(package, &self.tar_notes(shared)?, own, compression),
            Self::Arch => arch::compose(package, &self.tar_notes(shared)?, own),
            Self::Rpm => rpm::compose(package, &rpm_notes(shared)?, own, compression, digests),
            Self::Pkg => pkg::compose(package, &pkg_notes(shared)?, own, digests),
            Self::Msi => msi::compose(package, &msi_notes(shared)?, own),
        }
    }

    /// The bytes of a composed package that a signature of the format is made over, in this order.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if it is not a package of this format, or has a signature.
    pub fn signed_ranges(self, package: &Unsigned) -> Result<Vec<Range<u64>>, Error> {
        match self {
            Self::Deb => deb::signed_ranges(package),
            // pacman.conf(5), "Package and Database Signature Checking": a signature is over the whole file.
            Self::Arch => Ok(std::iter::once(0..package.parts.iter().map(Part::size_bytes).sum()).collect()),
            Self::Rpm => rpm::signed_ranges(package),
            Self::Pkg => pkg::signed_ranges(package),
            Self::Msi => msi::signed_ranges(package),
        }
    }

    /// The same package with a signature over its [signed ranges](Format::signed_ranges) in it.
    ///
    /// # Errors
    /// [`Error::Mismatch`] as [`Format::signed_ranges`], and if the format has its signature
    /// [beside](SignaturePlace::Beside) the package; [`Error::Invalid`] if the signature does not fit into the format.
    pub fn attach_signature(self, package: Unsigned, signature: &[u8], build_time: u64) -> Result<Unsigned, Error> {
        match self {
            Self::Deb => deb::attach_signature(package, signature, build_time),
            Self::Rpm => rpm::attach_signature(package, signature),
            Self::Pkg => pkg::attach_signature(package, signature),
            Self::Msi => msi::attach_signature(package, signature),
            Self::Arch => Err(Error::Mismatch("an Arch package has no signature in it".to_owned())),
        }
    }

    /// Where the signature goes.
    #[must_use]
    pub const fn signature_place(self) -> SignaturePlace {
        match self {
            Self::Deb | Self::Rpm | Self::Pkg | Self::Msi => SignaturePlace::Inside,
            Self::Arch => SignaturePlace::Beside,
        }
    }

    fn tar_notes<'a>(self, shared: &[(SharedPart, &'a SharedNotes)]) -> Result<OfFormat<'a, TarNotes>, Error> {
        let notes = |(part, notes): &(SharedPart, &'a SharedNotes)| match (self, notes) {
            (Self::Deb, SharedNotes::Deb(notes)) | (Self::Arch, SharedNotes::Arch(notes)) => Ok((*part, notes)),
            _ => Err(foreign_notes()),
        };
        shared.iter().map(notes).collect()
    }
}

type OfFormat<'a, N> = Vec<(SharedPart, &'a N)>;

fn rpm_notes<'a>(shared: &[(SharedPart, &'a SharedNotes)]) -> Result<OfFormat<'a, rpm::SharedNotes>, Error> {
    let notes = |(part, notes): &(SharedPart, &'a SharedNotes)| match notes {
        SharedNotes::Rpm(notes) => Ok((*part, notes)),
        _ => Err(foreign_notes()),
    };
    shared.iter().map(notes).collect()
}

fn pkg_notes<'a>(shared: &[(SharedPart, &'a SharedNotes)]) -> Result<OfFormat<'a, pkg::SharedNotes>, Error> {
    let notes = |(part, notes): &(SharedPart, &'a SharedNotes)| match notes {
        SharedNotes::Pkg(notes) => Ok((*part, notes)),
        _ => Err(foreign_notes()),
    };
    shared.iter().map(notes).collect()
}

fn msi_notes<'a>(shared: &[(SharedPart, &'a SharedNotes)]) -> Result<OfFormat<'a, msi::SharedNotes>, Error> {
    let notes = |(part, notes): &(SharedPart, &'a SharedNotes)| match notes {
        SharedNotes::Msi(notes) => Ok((*part, notes)),
        _ => Err(foreign_notes()),
    };
    shared.iter().map(notes).collect()
}

fn foreign_notes() -> Error {
    Error::Mismatch("a shared part was made for another format".to_owned())
}
