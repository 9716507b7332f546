//! Setting the last three offsets to those that a compressor begins with.

use std::ops::Range;

use super::block::{write_compressed_block, write_raw_blocks};

/// Section 3.1.1.5: what a frame begins with, the most recent in front. Set from the last to the first.
const FIRST_OFFSETS: [usize; 3] = [1, 4, 8];
/// How much each of the sequences copies: a block with one takes [`BLOCK_SIZE`] bytes, and a compressed block must be
/// smaller than its content (section 3.1.1.2.3).
const MATCH_SIZE: usize = 8;
/// Bytes in a block as [`block`] makes it.
const BLOCK_SIZE: usize = 7;

/// Where the offsets can be set: the content of the three blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Places([Range<usize>; 3]);

impl Places {
    /// The first places in `data`, if there are any.
    pub(super) fn find(data: &[u8]) -> Option<Self> {
        let mut from = 0;
        let mut places = FIRST_OFFSETS.map(|_| 0..0);
        for (place, offset) in places.iter_mut().zip(FIRST_OFFSETS.into_iter().rev()) {
            *place = first_match(data, from, offset)?;
            from = place.end;
        }
        Some(Self(places))
    }

    /// Where content begins that has everything the first of them needs.
    pub(super) const fn begin(&self) -> usize {
        self.0[0].start - FIRST_OFFSETS[2]
    }

    /// Writes `data` up to the end of the last place, and returns that.
    pub(super) fn write(&self, out: &mut Vec<u8>, data: &[u8]) -> usize {
        let mut written = 0;
        for (place, offset) in self.0.iter().zip(FIRST_OFFSETS.into_iter().rev()) {
            write_raw_blocks(out, data.get(written..place.start).unwrap_or_default());
            write_compressed_block(out, &block(offset));
            written = place.end;
        }
        written
    }
}

/// The first place from `from` on where [`MATCH_SIZE`] bytes are those of `offset` bytes before, all in `data`.
fn first_match(data: &[u8], from: usize, offset: usize) -> Option<Range<usize>> {
    let from = from.max(offset);
    let earlier = data.get(from - offset..)?;
    let mut same = 0;
    for (index, (byte, before)) in data.get(from..)?.iter().zip(earlier).enumerate() {
        same = if byte == before { same + 1 } else { 0 };
        if same == MATCH_SIZE {
            let end = from + index + 1;
            return Some(end - MATCH_SIZE..end);
        }
    }
    None
}

/// A compressed block with no literals and one sequence, which copies [`MATCH_SIZE`] bytes from `offset` bytes back.
fn block(offset: usize) -> [u8; BLOCK_SIZE] {
    /// Section 3.1.1.3.1.1: raw, of size 0.
    const LITERALS: u8 = 0;
    /// Section 3.1.1.3.2.1: the number of sequences.
    const SEQUENCES: u8 = 1;
    /// Section 3.1.1.3.2.1: each of the three tables has one symbol, `RLE_Mode`, and a sequence takes no bits of it.
    const MODES: u8 = 0b01_01_01_00;
    /// Section 3.1.1.3.2.1.1: the code of the length is the length.
    const LITERALS_LENGTH_CODE: u8 = 0;
    /// Section 3.1.1.3.2.1.1: lengths count from 3, and the code of a short one is the length.
    const MATCH_LENGTH_CODE: u8 = MATCH_SIZE.to_le_bytes()[0] - 3;
    // Section 3.1.1.3.2.1.1: the first three values stand for the last offsets.
    let [value, ..] = (offset + 3).to_le_bytes();
    // The code says how many bits follow the highest one, the bit stream holds these, and its end is marked by a bit above
    // them (section 3.1.1.3.2.1.2): together they are the value again.
    let (code, bits) = (value.ilog2().to_le_bytes()[0], value);
    [
        LITERALS,
        SEQUENCES,
        MODES,
        LITERALS_LENGTH_CODE,
        code,
        MATCH_LENGTH_CODE,
        bits,
    ]
}
