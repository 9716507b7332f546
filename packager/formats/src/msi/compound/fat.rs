//! The FAT: which sector follows which.

use super::{ENTRIES_IN_SECTOR, MAX_FAT_SECTORS};
use crate::Error;

/// [MS-CFB] 2.1: the last sector of a stream.
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
/// A sector of the FAT.
const FAT_SECTOR: u32 = 0xFFFF_FFFD;
/// No sector.
const FREE: u32 = 0xFFFF_FFFF;

/// Allocates sectors, one after the other.
pub(super) struct Fat(Vec<u32>);

impl Fat {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// The sectors that are allocated.
    pub(super) const fn len(&self) -> usize {
        self.0.len()
    }

    /// Allocates a stream of `sectors`, and gives the first. An empty one has [no first sector](END_OF_CHAIN).
    pub(super) fn chain(&mut self, sectors: usize) -> Result<u32, Error> {
        self.allocate(sectors, |next, is_last| if is_last { END_OF_CHAIN } else { next })
    }

    /// Allocates the FAT's own sectors, which are enough for what there is, themselves and `more` sectors, and gives the
    /// first and their number.
    pub(super) fn own_sectors(&mut self, more: usize) -> Result<(u32, usize), Error> {
        let others = self.0.len() + more;
        // Each sector has room for itself and for so many others.
        let sectors = others.div_ceil(ENTRIES_IN_SECTOR - 1);
        if sectors > MAX_FAT_SECTORS {
            return Err(Error::Invalid("the package is larger than an msi can be".to_owned()));
        }
        Ok((self.allocate(sectors, |_, _| FAT_SECTOR)?, sectors))
    }

    /// The entries from that of sector `first` on, filled up to whole sectors.
    pub(super) fn bytes(&self, first: usize) -> Vec<u8> {
        let filled = self.0.len().div_ceil(ENTRIES_IN_SECTOR) * ENTRIES_IN_SECTOR;
        let entries = self.0.iter().copied().chain(std::iter::repeat(FREE)).take(filled);
        entries.skip(first).flat_map(u32::to_le_bytes).collect()
    }

    fn allocate(&mut self, sectors: usize, entry: impl Fn(u32, bool) -> u32) -> Result<u32, Error> {
        let end = self.0.len() + sectors;
        if u32::try_from(end).is_err() {
            return Err(Error::Invalid("the package is larger than an msi can be".to_owned()));
        }
        let first = self.0.len();
        for sector in first..end {
            let next = u32::try_from(sector + 1).unwrap_or(END_OF_CHAIN);
            self.0.push(entry(next, sector + 1 == end));
        }
        Ok(if sectors == 0 {
            END_OF_CHAIN
        } else {
            u32::try_from(first).unwrap_or(END_OF_CHAIN)
        })
    }
}
