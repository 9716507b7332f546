//! Runs of a package's bytes, borrowed from its parts: what a digest is taken over.

use std::io;
use std::ops::Range;

use crate::{Part, SharedPart};

/// A run of a package's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Some of the package's own bytes.
    Own(OwnSlice<'a>),
    /// A whole shared part.
    Shared(SharedPart),
}

/// Some of a package's own bytes. They may carry the enroll secret, and print nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct OwnSlice<'a>(&'a [u8]);

impl<'a> OwnSlice<'a> {
    /// The bytes.
    #[must_use]
    pub const fn expose(self) -> &'a [u8] {
        self.0
    }
}

impl std::fmt::Debug for OwnSlice<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnSlice({} bytes)", self.0.len())
    }
}

impl<'a> From<&'a Part> for Piece<'a> {
    fn from(part: &'a Part) -> Self {
        match part {
            Part::Own(bytes) => Self::Own(OwnSlice(bytes.expose())),
            Part::Shared(part) => Self::Shared(*part),
        }
    }
}

/// The runs of bytes that lie in `ranges` of the package, in the order of `ranges`, none of them empty. What of a range
/// lies behind the package's end is left out.
///
/// # Errors
/// [`io::ErrorKind::InvalidInput`] if a range begins or ends within a shared part: digests are remembered at its ends.
pub fn pieces_in<'a>(parts: &'a [Part], ranges: &[Range<u64>]) -> io::Result<Vec<Piece<'a>>> {
    let mut pieces = Vec::with_capacity(parts.len() + ranges.len());
    for range in ranges {
        let mut begin = 0;
        for part in parts {
            let end = begin + part.size_bytes();
            let inside = range.start.clamp(begin, end) - begin..range.end.clamp(begin, end) - begin;
            begin = end;
            if !inside.is_empty() {
                pieces.push(piece_of(part, &inside)?);
            }
        }
    }
    Ok(pieces)
}

fn piece_of<'a>(part: &'a Part, inside: &Range<u64>) -> io::Result<Piece<'a>> {
    let piece = match part {
        Part::Own(bytes) => {
            let from = usize::try_from(inside.start).ok();
            let to = usize::try_from(inside.end).ok();
            let slice = from.zip(to).and_then(|(from, to)| bytes.expose().get(from..to));
            slice.map(|slice| Piece::Own(OwnSlice(slice)))
        }
        Part::Shared(part) => (*inside == (0..part.size_bytes)).then_some(Piece::Shared(*part)),
    };
    piece.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a range ends within a shared part"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OwnBytes, Sha256Digest};

    fn parts() -> [Part; 3] {
        [
            Part::Own(OwnBytes::new(b"abc".to_vec())),
            Part::Shared(SharedPart {
                sha256: Sha256Digest::of(b"SHARED"),
                size_bytes: 6,
            }),
            Part::Own(OwnBytes::new(b"defg".to_vec())),
        ]
    }

    fn text(parts: &[Part], ranges: &[Range<u64>]) -> io::Result<String> {
        let pieces = pieces_in(parts, ranges)?;
        Ok(pieces
            .iter()
            .map(|piece| match piece {
                Piece::Own(slice) => std::str::from_utf8(slice.expose()).unwrap(),
                Piece::Shared(_) => "SHARED",
            })
            .collect())
    }

    #[test]
    fn ranges_are_cut_out_of_own_parts() {
        let parts = parts();
        for (ranges, want) in [
            (vec![0..3, 3..13], "abcSHAREDdefg"),
            (vec![1..2, 3..11], "bSHAREDde"),
            (vec![10..12, 0..1], "efa"),
            (vec![12..99, 3..3, 50..60], "g"),
            (Vec::new(), ""),
        ] {
            assert_eq!(text(&parts, &ranges).unwrap(), want, "{ranges:?}");
        }
    }

    #[test]
    fn shared_parts_are_not_cut() {
        for range in [3..8, 4..9, 0..4, 8..13] {
            let error = text(&parts(), std::slice::from_ref(&range)).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{range:?}");
        }
    }

    #[test]
    fn own_bytes_print_nothing_of_themselves() {
        let part = Part::Own(OwnBytes::new(b"hunter2".to_vec()));
        let text = format!("{:?}", Piece::from(&part));
        assert!(!text.contains("hunter2") && !text.contains("104"), "{text}");
    }
}
