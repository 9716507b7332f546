//! Compound files ([MS-CFB], version 20180417 and later), as an msi is one.
//!
//! A compound file is a file system in a file. Sector *n* lies at *(n + 1)* sectors from the beginning; in front of all lies a
//! header. Which sectors follow each other in a stream stands in the *FAT*, an array with an entry for each sector: the next
//! one's number, or a mark. The header lists the sectors of the FAT itself. The *directory* is a stream of entries of 128 bytes,
//! the first of which is the root and the others, here, streams with their names, first sectors and lengths, in a
//! red-black tree. Streams of less than 4,096 bytes lie together in the root's own stream, the *mini stream*, in units of
//! 64 bytes with a FAT of their own.
//!
//! Where a stream lies is the writer's choice, so a package is laid out like this:
//!
//! ```text
//! header | shared streams, one after the other | FAT | directory | mini FAT | mini stream | own streams of 4,096 bytes and more
//! ```
//!
//! Each shared stream is one run of bytes, and a shared part as it is; its length is a whole number of sectors, so that nothing
//! has to stand between two of them. The FAT comes behind them, so that they lie at the same place in every package. So the
//! header, which says where the FAT and the directory begin, is the same in all packages of a release, and a digest goes on from
//! behind the shared streams. And so are all sectors of the FAT but the last ones, which is tens of kilobytes: they are a shared
//! part of their own, the *index*.
//!
//! Sectors have 4,096 bytes (version 4 of the format), as in what osslsigncode makes of a large package: with the 512 bytes of
//! version 3 the FAT would be eight times as large, and would not fit into the header's list.

mod directory;
mod fat;
mod header;
mod name;
mod place;
mod read;
mod write;

pub(crate) use name::StreamName;
pub(crate) use place::placed;
pub(crate) use read::read;
pub(crate) use write::{index, write};

use packager_artifact::SharedPart;
use zeroize::Zeroizing;

/// Bytes of a sector.
pub(crate) const SECTOR_SIZE: usize = 4096;
/// Bytes of a sector of the mini stream.
const MINI_SECTOR_SIZE: usize = 64;
/// Streams that are shorter lie in the mini stream.
const MINI_CUTOFF: usize = 4096;
/// Entries in a sector of the FAT.
const ENTRIES_IN_SECTOR: usize = SECTOR_SIZE / size_of::<u32>();
/// Most sectors of the FAT that the header lists ([MS-CFB] 2.2): enough for 446 MB.
const MAX_FAT_SECTORS: usize = 109;

/// A stream and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stream {
    pub(crate) name: StreamName,
    pub(crate) data: Data,
}

/// The bytes of a stream.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Data {
    /// Of this package alone.
    Own(Zeroizing<Vec<u8>>),
    /// Of many packages.
    Shared(SharedPart),
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Own(bytes) => write!(f, "Own({} bytes)", bytes.len()),
            Self::Shared(part) => part.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests;
