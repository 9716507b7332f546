//! The order of an artifact's parts, without their bytes: what is remembered of a package to serve it.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::{Part, SharedPart};

/// One piece of a [`Layout`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Segment {
    /// The next so many of the package's own bytes.
    Own {
        /// How many own bytes.
        size_bytes: u64,
    },
    /// A whole shared part.
    Shared(SharedPart),
}

impl Segment {
    /// The number of bytes that the segment stands for.
    #[must_use]
    pub const fn size_bytes(&self) -> u64 {
        match self {
            Self::Own { size_bytes } => *size_bytes,
            Self::Shared(part) => part.size_bytes,
        }
    }
}

/// A run of bytes that a walk over a range yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slice {
    /// Bytes of the own bytes, which are stored as one run.
    Own {
        /// Where the run begins in the concatenation of all own bytes.
        offset: u64,
        /// How long it is.
        size_bytes: u64,
    },
    /// Bytes of a shared part.
    Shared {
        /// The part.
        part: SharedPart,
        /// Where the run begins in the part.
        offset: u64,
        /// How long it is.
        size_bytes: u64,
    },
}

/// An ordered list of segments. It holds no byte of the package and is no secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Layout(Vec<Segment>);

impl Layout {
    /// The layout of `parts`, in their order.
    #[must_use]
    pub fn of(parts: &[Part]) -> Self {
        Self(
            parts
                .iter()
                .map(|part| match part {
                    Part::Own(bytes) => Segment::Own {
                        size_bytes: bytes.size_bytes(),
                    },
                    Part::Shared(part) => Segment::Shared(*part),
                })
                .collect(),
        )
    }

    /// The length of the whole artifact.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.0.iter().map(Segment::size_bytes).sum()
    }

    /// The number of own bytes in it.
    #[must_use]
    pub fn own_size_bytes(&self) -> u64 {
        self.0
            .iter()
            .filter(|segment| matches!(segment, Segment::Own { .. }))
            .map(Segment::size_bytes)
            .sum()
    }

    /// The shared parts that it refers to, in order.
    pub fn shared_parts(&self) -> impl Iterator<Item = SharedPart> + '_ {
        self.0.iter().filter_map(|segment| match segment {
            Segment::Own { .. } => None,
            Segment::Shared(part) => Some(*part),
        })
    }

    /// The runs of bytes that make up `range` of the artifact, in order, none of them empty. What of the range lies
    /// behind the end is left out.
    #[must_use]
    pub fn walk(&self, range: Range<u64>) -> Vec<Slice> {
        let mut slices = Vec::new();
        let mut begin = 0;
        let mut own_begin = 0;
        for segment in &self.0 {
            let end = begin + segment.size_bytes();
            let from = range.start.clamp(begin, end);
            let to = range.end.clamp(begin, end);
            if from < to {
                let (offset, size_bytes) = (from - begin, to - from);
                slices.push(match segment {
                    Segment::Own { .. } => Slice::Own {
                        offset: own_begin + offset,
                        size_bytes,
                    },
                    Segment::Shared(part) => Slice::Shared {
                        part: *part,
                        offset,
                        size_bytes,
                    },
                });
            }
            if let Segment::Own { size_bytes } = segment {
                own_begin += size_bytes;
            }
            begin = end;
        }
        slices
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{OwnBytes, Sha256Digest};

    fn sample() -> (Vec<Part>, Vec<u8>, Vec<u8>) {
        let shared = b"SHARED".to_vec();
        let parts = vec![
            Part::Own(OwnBytes::new(b"abc".to_vec())),
            Part::Shared(SharedPart {
                sha256: Sha256Digest::of(&shared),
                size_bytes: 6,
            }),
            Part::Own(OwnBytes::new(b"defg".to_vec())),
        ];
        (parts, shared, b"abcdefg".to_vec())
    }

    #[test]
    fn every_range_is_the_same_bytes_as_of_the_whole() {
        let (parts, shared, own) = sample();
        let whole = b"abcSHAREDdefg";
        let layout = Layout::of(&parts);
        assert_eq!(layout.size_bytes(), 13);
        assert_eq!(layout.own_size_bytes(), 7);
        assert_eq!(layout.shared_parts().count(), 1);
        for start in 0..=15_u64 {
            for end in 0..=15_u64 {
                let mut got = Vec::new();
                for slice in layout.walk(start..end) {
                    let (source, offset, size) = match slice {
                        Slice::Own { offset, size_bytes } => (&own, offset, size_bytes),
                        Slice::Shared { offset, size_bytes, .. } => (&shared, offset, size_bytes),
                    };
                    assert!(size > 0);
                    let offset = usize::try_from(offset).unwrap();
                    got.extend_from_slice(&source[offset..offset + usize::try_from(size).unwrap()]);
                }
                let from = usize::try_from(start).unwrap().min(13);
                let to = usize::try_from(end).unwrap().min(13);
                let want = if from < to { &whole[from..to] } else { &[] };
                assert_eq!(got, want, "{start}..{end}");
            }
        }
    }
}
