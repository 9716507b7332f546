//! Takes apart a compound file that was written here.

use packager_artifact::{Part, SharedPart};
use zeroize::Zeroizing;

use super::place::{no_msi, placed};
use super::{Data, Stream};
use crate::Error;

/// The streams of `parts`, and their index.
///
/// # Errors
/// [`Error::Mismatch`] if they are not such a file.
pub(crate) fn read(parts: &[Part]) -> Result<(Vec<Stream>, Option<SharedPart>), Error> {
    let placed = placed(parts)?;
    let mut shared = parts.iter().filter_map(|part| match part {
        Part::Shared(part) => Some(*part),
        Part::Own(_) => None,
    });
    let Some(Part::Own(tail)) = parts.last() else {
        return Err(no_msi());
    };
    let tail_begin: u64 = parts.iter().map(Part::size_bytes).sum::<u64>() - tail.size_bytes();
    let mut streams = Vec::with_capacity(placed.streams.len());
    for (at, (name, range)) in placed.streams.into_iter().enumerate() {
        let data = if at < placed.shared {
            let part = shared.next().filter(|part| part.size_bytes == range.end - range.start);
            Data::Shared(part.ok_or_else(no_msi)?)
        } else {
            let begin = range
                .start
                .checked_sub(tail_begin)
                .and_then(|begin| usize::try_from(begin).ok());
            let size = usize::try_from(range.end - range.start).ok();
            let bytes = match (begin, size) {
                (_, Some(0)) => Some(&[][..]),
                (Some(begin), Some(size)) => tail.expose().get(begin..).and_then(|bytes| bytes.get(..size)),
                _ => None,
            };
            Data::Own(Zeroizing::new(bytes.ok_or_else(no_msi)?.to_vec()))
        };
        streams.push(Stream { name, data });
    }
    let index = shared.next();
    match shared.next() {
        None => Ok((streams, index)),
        Some(_) => Err(no_msi()),
    }
}
