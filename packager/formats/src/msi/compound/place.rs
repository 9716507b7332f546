//! Where the streams of a compound file lie that was written here.

use std::ops::Range;

use packager_artifact::Part;

use super::directory::{self, CLASS, Entry};
use super::{ENTRIES_IN_SECTOR, MINI_CUTOFF, MINI_SECTOR_SIZE, SECTOR_SIZE, StreamName, header};
use crate::Error;

/// Where things lie in a package, in bytes from its beginning.
pub(crate) struct Placed {
    /// The streams, in the order in which the directory has them: the shared ones first.
    pub(crate) streams: Vec<(StreamName, Range<u64>)>,
    /// The class of the root.
    pub(crate) class: Range<u64>,
    /// How many streams are shared.
    pub(super) shared: usize,
}

impl Placed {
    /// The bytes that Authenticode signs, in its order: the streams but for signatures, then the class of the root. (Of the
    /// Windows SDK only signtool knows; osslsigncode and Windows agree about it.)
    pub(crate) fn signed(&self, is_signature: impl Fn(&StreamName) -> bool) -> Vec<Range<u64>> {
        let mut streams: Vec<_> = self.streams.iter().filter(|(name, _)| !is_signature(name)).collect();
        streams.sort_by_cached_key(|(name, _)| name.signing_order());
        let ranges = streams.into_iter().map(|(_, range)| range.clone());
        ranges.chain([self.class.clone()]).collect()
    }
}

/// Finds the streams of `parts`.
///
/// # Errors
/// [`Error::Mismatch`] if they are not such a file.
pub(crate) fn placed(parts: &[Part]) -> Result<Placed, Error> {
    find(parts).ok_or_else(no_msi)
}

fn find(parts: &[Part]) -> Option<Placed> {
    let (Part::Own(head), Part::Own(tail)) = (parts.first()?, parts.last()?) else {
        return None;
    };
    let known = header::read(head.expose())?;
    let size: u64 = parts.iter().map(Part::size_bytes).sum();
    let tail_begin = size - tail.size_bytes();
    // Nothing but shared streams lies in front of the FAT, and what it says of them alone is a part of its own.
    let index_size = known.fat as usize / ENTRIES_IN_SECTOR * SECTOR_SIZE;
    if offset(known.fat, SECTOR_SIZE)?.checked_add(index_size as u64)? != tail_begin {
        return None;
    }
    let directory_begin = offset(known.directory, SECTOR_SIZE)?;
    let directory_size = usize::try_from(known.directory_sectors)
        .ok()?
        .checked_mul(SECTOR_SIZE)?;
    let directory_bytes = tail
        .expose()
        .get(usize::try_from(directory_begin.checked_sub(tail_begin)?).ok()?..)?
        .get(..directory_size)?;
    let (mini_stream, entries) = directory::read(directory_bytes)?;
    let mini_begin = offset(mini_stream, SECTOR_SIZE).unwrap_or(size);
    let place = |entry: &Entry| {
        let begin = if entry.size_bytes < MINI_CUTOFF as u64 {
            mini_begin + u64::from(entry.start).checked_mul(MINI_SECTOR_SIZE as u64)?
        } else {
            offset(entry.start, SECTOR_SIZE)?
        };
        let end = begin.checked_add(entry.size_bytes)?;
        // An empty stream lies nowhere.
        let range = if entry.size_bytes == 0 { 0..0 } else { begin..end };
        (range.end <= size).then(|| (entry.name.clone(), range))
    };
    let is_shared = |entry: &&Entry| entry.size_bytes >= MINI_CUTOFF as u64 && entry.start < known.fat;
    Some(Placed {
        shared: entries.iter().filter(is_shared).count(),
        streams: entries.iter().map(place).collect::<Option<_>>()?,
        class: directory_begin + CLASS as u64..directory_begin + CLASS as u64 + 16,
    })
}

/// Where a sector begins. In front of all sectors lies the header.
fn offset(sector: u32, size: usize) -> Option<u64> {
    u64::from(sector).checked_add(1)?.checked_mul(size as u64)
}

pub(super) fn no_msi() -> Error {
    Error::Mismatch("the parts are no msi".to_owned())
}
