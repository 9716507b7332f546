//! Lays a compound file out.

use packager_artifact::{OwnBytes, Part, Sha256Digest, SharedPart};
use zeroize::Zeroizing;

use super::directory::{self, Entry};
use super::fat::Fat;
use super::header::Header;
use super::{Data, ENTRIES_IN_SECTOR, MINI_CUTOFF, MINI_SECTOR_SIZE, SECTOR_SIZE, Stream};
use crate::Error;

/// The parts of a compound file with `streams`, the shared ones in the order given. `index` is what [`index`] made of the
/// lengths of these.
///
/// # Errors
/// [`Error::Mismatch`] if a shared stream is empty or does not end with a sector, or the index is not theirs;
/// [`Error::Invalid`] if there is more than fits.
pub(crate) fn write(streams: &[Stream], index: Option<SharedPart>) -> Result<Vec<Part>, Error> {
    let (mut fat, mut entries) = (Fat::new(), Vec::with_capacity(streams.len()));
    let (mut shared, mut large, mut mini) = (Vec::new(), Vec::new(), Mini::with_room_for(streams));
    for stream in streams {
        if let Data::Shared(part) = &stream.data {
            entries.push(Entry {
                name: stream.name.clone(),
                start: fat.chain(whole_sectors(part.size_bytes)?)?,
                size_bytes: part.size_bytes,
            });
            shared.push(Part::Shared(*part));
        }
    }
    let shared_sectors = fat.len();
    let indexed = shared_sectors / ENTRIES_IN_SECTOR;
    if index != index_of(&fat) {
        return Err(Error::Mismatch("the index is not that of the shared parts".to_owned()));
    }
    for stream in streams {
        if let Data::Own(bytes) = &stream.data {
            if bytes.len() < MINI_CUTOFF {
                let start = mini.add(bytes)?;
                entries.push(entry(stream, start, bytes));
            } else {
                large.push((stream, bytes));
            }
        }
    }

    let directory_sectors = directory::sectors(streams.len());
    let mini_fat = mini.fat.bytes(0);
    let mini_sectors = mini.bytes.len().div_ceil(SECTOR_SIZE);
    let large_sectors: usize = large.iter().map(|(_, bytes)| bytes.len().div_ceil(SECTOR_SIZE)).sum();
    let mini_fat_sectors = mini_fat.len() / SECTOR_SIZE;
    let header = Header {
        fat: fat.own_sectors(directory_sectors + mini_fat_sectors + mini_sectors + large_sectors)?,
        directory: (fat.chain(directory_sectors)?, directory_sectors),
        mini_fat: (fat.chain(mini_fat_sectors)?, mini_fat_sectors),
    };
    let mini_stream = (fat.chain(mini_sectors)?, mini.bytes.len() as u64);
    for (stream, bytes) in &large {
        let start = fat.chain(bytes.len().div_ceil(SECTOR_SIZE))?;
        entries.push(entry(stream, start, bytes));
    }

    let contents = large.iter().map(|(_, bytes)| bytes.as_slice());
    // Sized beforehand: a vector that grows leaves copies of a secret behind.
    let mut tail = Vec::with_capacity((fat.len() - shared_sectors - indexed) * SECTOR_SIZE);
    let fat = fat.bytes(indexed * ENTRIES_IN_SECTOR);
    let directory = directory::bytes(mini_stream, &entries);
    for sectors in [fat.as_slice(), &directory, &mini_fat, &mini.bytes]
        .into_iter()
        .chain(contents)
    {
        tail.extend_from_slice(sectors);
        tail.resize(tail.len().next_multiple_of(SECTOR_SIZE), 0);
    }
    let mut parts = vec![Part::Own(OwnBytes::new(header.bytes()?))];
    parts.extend(shared);
    parts.extend(index.map(Part::Shared));
    parts.push(Part::Own(OwnBytes::new(tail)));
    Ok(parts)
}

/// The sectors of the FAT that describe nothing but shared streams of these lengths, if there are any.
///
/// # Errors
/// As for [`write`].
pub(crate) fn index(sizes_bytes: impl Iterator<Item = u64>) -> Result<Option<Vec<u8>>, Error> {
    let mut fat = Fat::new();
    for size_bytes in sizes_bytes {
        fat.chain(whole_sectors(size_bytes)?)?;
    }
    Ok(whole(&fat))
}

/// The sectors of a FAT that have no room left, if there are any.
fn whole(fat: &Fat) -> Option<Vec<u8>> {
    let whole = fat.len() / ENTRIES_IN_SECTOR;
    let mut bytes = fat.bytes(0);
    bytes.truncate(whole * SECTOR_SIZE);
    (whole > 0).then_some(bytes)
}

/// The part that these are.
fn index_of(fat: &Fat) -> Option<SharedPart> {
    let bytes = whole(fat)?;
    Some(SharedPart {
        sha256: Sha256Digest::of(&bytes),
        size_bytes: bytes.len() as u64,
    })
}

fn entry(stream: &Stream, start: u32, bytes: &[u8]) -> Entry {
    Entry {
        name: stream.name.clone(),
        start,
        size_bytes: bytes.len() as u64,
    }
}

fn whole_sectors(size_bytes: u64) -> Result<usize, Error> {
    let size = usize::try_from(size_bytes).unwrap_or(usize::MAX);
    if size == 0 || size % SECTOR_SIZE != 0 {
        return Err(Error::Mismatch("a shared part does not end with a sector".to_owned()));
    }
    Ok(size / SECTOR_SIZE)
}

/// The mini stream (2.4).
struct Mini {
    fat: Fat,
    bytes: Zeroizing<Vec<u8>>,
}

impl Mini {
    fn with_room_for(streams: &[Stream]) -> Self {
        let room = streams.iter().map(|stream| match &stream.data {
            Data::Own(bytes) if bytes.len() < MINI_CUTOFF => bytes.len().next_multiple_of(MINI_SECTOR_SIZE),
            Data::Own(_) | Data::Shared(_) => 0,
        });
        Self {
            fat: Fat::new(),
            bytes: Zeroizing::new(Vec::with_capacity(room.sum())),
        }
    }

    fn add(&mut self, content: &[u8]) -> Result<u32, Error> {
        let start = self.fat.chain(content.len().div_ceil(MINI_SECTOR_SIZE))?;
        self.bytes.extend_from_slice(content);
        let end = self.bytes.len().next_multiple_of(MINI_SECTOR_SIZE);
        self.bytes.resize(end, 0);
        Ok(start)
    }
}
