//! Where a pkg's signatures go, and what they are made over.
//!
//! Both kinds are made over the checksum of the table of contents, which lies at the beginning of the heap. They lie behind it,
//! in room that the table has to name before it has a checksum; it is zeros until it is filled.

use std::ops::Range;

use packager_artifact::{OwnBytes, Part, SHA1_SIZE, Unsigned};

use super::toc::HEADER_SIZE;
use crate::Error;

/// What the first file in the heap begins with. Room for signatures is zeros, so it ends where this is.
const FIRST_FILE: &[u8] = b"<?xml";

/// The bytes of a composed pkg that its signatures are made over: the checksum of its table of contents.
///
/// # Errors
/// [`Error::Mismatch`] if it is no pkg, or has no empty room for signatures.
pub fn signed_ranges(package: &Unsigned) -> Result<Vec<Range<u64>>, Error> {
    let place = Place::of(package)?;
    if place.room.is_empty() {
        return Err(no_room());
    }
    let range = place.checksum.start as u64..place.checksum.end as u64;
    Ok(Vec::from([range]))
}

/// The checksum of the table of contents, which is also what a notarization ticket is asked for by.
///
/// # Errors
/// [`Error::Mismatch`] if it is no pkg.
pub fn toc_checksum(package: &Unsigned) -> Result<[u8; SHA1_SIZE], Error> {
    let (head, checksum) = checksum(package).ok_or_else(no_pkg)?;
    let checksum = head.get(checksum).and_then(|bytes| bytes.try_into().ok());
    checksum.ok_or_else(no_pkg)
}

/// The same pkg with `signatures` in their room: one after the other, as the table of contents has them. Only the last may be
/// shorter than its room.
///
/// # Errors
/// [`Error::Mismatch`] as [`signed_ranges`]; [`Error::Invalid`] if they are longer than the room.
pub fn attach_signature(mut package: Unsigned, signatures: &[u8]) -> Result<Unsigned, Error> {
    let room = Place::of(&package)?.room;
    if room.is_empty() {
        return Err(no_room());
    }
    let Some(Part::Own(head)) = package.parts.first_mut() else {
        return Err(no_pkg());
    };
    let mut bytes = head.expose().to_vec();
    let filled = bytes.get_mut(room).and_then(|room| room.get_mut(..signatures.len()));
    let filled = filled.ok_or_else(|| Error::Invalid("the signatures are longer than their room".to_owned()))?;
    filled.copy_from_slice(signatures);
    *head = OwnBytes::new(bytes);
    Ok(package)
}

/// Where things lie in the first part.
struct Place {
    checksum: Range<usize>,
    room: Range<usize>,
}

impl Place {
    fn of(package: &Unsigned) -> Result<Self, Error> {
        let (head, checksum) = checksum(package).ok_or_else(no_pkg)?;
        let behind = head.get(checksum.end..).unwrap_or_default();
        let zeros = behind.iter().take_while(|byte| **byte == 0).count();
        if !behind.get(zeros..).is_some_and(|rest| rest.starts_with(FIRST_FILE)) {
            return Err(Error::Mismatch("the pkg has signatures".to_owned()));
        }
        Ok(Self {
            room: checksum.end..checksum.end + zeros,
            checksum,
        })
    }
}

/// The first part, and where the checksum is in it.
fn checksum(package: &Unsigned) -> Option<(&[u8], Range<usize>)> {
    let Some(Part::Own(head)) = package.parts.first() else {
        return None;
    };
    let head = head.expose();
    let (magic, header) = head.get(..HEADER_SIZE)?.split_first_chunk::<8>()?;
    let size = u64::from_be_bytes(*header.first_chunk::<8>()?);
    let begin = HEADER_SIZE.checked_add(usize::try_from(size).ok()?)?;
    let checksum = begin..begin.checked_add(SHA1_SIZE)?;
    let fits = magic.starts_with(b"xar!") && head.get(checksum.clone()).is_some();
    fits.then_some((head, checksum))
}

fn no_pkg() -> Error {
    Error::Mismatch("the parts are no pkg".to_owned())
}

fn no_room() -> Error {
    Error::Mismatch("the pkg has no room for signatures".to_owned())
}
