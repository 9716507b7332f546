//! Blocks of an xz stream.

use std::io;

use liblzma::stream::{Action, Filters, LzmaOptions, Status, Stream};

use super::container::{IndexRecord, SMALLEST_DICTIONARY, block_end, block_header};
use crate::stream::known::BlockId;

/// Most bytes in a stored LZMA2 chunk.
const CHUNK_SIZE: usize = 1 << 16;
/// Bytes of output that are made room for at a time, at least.
const OUTPUT_STEP: usize = 64 << 10;

/// How hard a block is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Recipe {
    /// Of xz(1).
    pub(super) preset: u32,
    /// The largest dictionary, a power of two. A shorter block takes the smallest that covers it: a compressor's
    /// tables grow with its dictionary, and so does what every reader must have.
    pub(super) dictionary: u32,
}

impl Recipe {
    fn dictionary_for(self, data: &[u8]) -> u32 {
        let covering = u32::try_from(data.len()).ok().and_then(u32::checked_next_power_of_two);
        self.dictionary
            .min(covering.unwrap_or(u32::MAX))
            .max(SMALLEST_DICTIONARY)
    }

    /// The name of the block that this makes of `data`.
    pub(super) fn id(self, data: &[u8]) -> BlockId {
        BlockId::new(&format!("xz -{} {}", self.preset, self.dictionary_for(data)), data)
    }
}

/// A whole block.
pub(super) struct Block {
    pub(super) header: Vec<u8>,
    pub(super) body: Vec<u8>,
    pub(super) end: Vec<u8>,
    pub(super) record: IndexRecord,
}

impl Block {
    fn new(body: Vec<u8>, data: &[u8], dictionary: u32) -> Self {
        let compressed = body.len() as u64;
        let header = block_header(compressed, data.len() as u64, dictionary);
        Self {
            record: record(&header, compressed, data),
            header,
            body,
            end: block_end(compressed, crc32fast::hash(data)),
        }
    }

    /// The block that `bytes` are, if everything that stands around the compressed data is what it is in the block of `data`,
    /// its CRC among it.
    pub(super) fn known(bytes: Vec<u8>, data: &[u8], recipe: Recipe) -> Option<Self> {
        let dictionary = recipe.dictionary_for(data);
        // Section 3.1.1: the size in units of four bytes less one.
        let header_size = (usize::from(*bytes.first()?) + 1) * 4;
        let (header, rest) = bytes.split_at_checked(header_size)?;
        let padded = (rest.len() as u64).checked_sub(4)?;
        let crc = crc32fast::hash(data);
        let compressed = (0..4).find_map(|padding| {
            let compressed = padded.checked_sub(padding)?;
            let is_it = block_header(compressed, data.len() as u64, dictionary) == header
                && rest.ends_with(&block_end(compressed, crc));
            is_it.then_some(compressed)
        })?;
        Some(Self {
            record: record(header, compressed, data),
            header: Vec::new(),
            body: bytes,
            end: Vec::new(),
        })
    }

    /// Compresses `data`, which is not empty.
    pub(super) fn compress(data: &[u8], recipe: Recipe) -> io::Result<Self> {
        let dictionary = recipe.dictionary_for(data);
        let mut options = LzmaOptions::new_preset(recipe.preset)?;
        options.dict_size(dictionary);
        let mut filters = Filters::new();
        filters.lzma2(&options);
        let mut stream = Stream::new_raw_encoder(&filters)?;
        let mut body = Vec::with_capacity(data.len() / 4 + OUTPUT_STEP);
        loop {
            let taken = usize::try_from(stream.total_in()).map_err(io::Error::other)?;
            let rest = data.get(taken..).unwrap_or_default();
            if stream.process_vec(rest, &mut body, Action::Finish)? == Status::StreamEnd {
                return Ok(Self::new(body, data, dictionary));
            }
            if body.len() == body.capacity() {
                body.reserve(OUTPUT_STEP.max(body.len() / 2));
            }
        }
    }
}

/// Writes a block with `data`, which is not empty, as it is, and returns its record. LZMA2 has chunks that are stored
/// (section 5.3.1; the chunk's control byte is 1 for the first, which resets the dictionary, and 2 for the others).
pub(super) fn write_stored_block(out: &mut Vec<u8>, data: &[u8]) -> IndexRecord {
    let chunks = data.chunks(CHUNK_SIZE);
    let compressed = (data.len() + chunks.len() * 3 + 1) as u64;
    let header = block_header(compressed, data.len() as u64, SMALLEST_DICTIONARY);
    out.extend_from_slice(&header);
    for (number, chunk) in chunks.enumerate() {
        out.push(if number == 0 { 1 } else { 2 });
        // A chunk has 1 to 65,536 bytes, and its size is stored less one.
        let size = u16::try_from(chunk.len() - 1).unwrap_or(u16::MAX);
        out.extend_from_slice(&size.to_be_bytes());
        out.extend_from_slice(chunk);
    }
    out.push(0);
    out.extend_from_slice(&block_end(compressed, crc32fast::hash(data)));
    record(&header, compressed, data)
}

/// Section 4.3: the unpadded size has the header, the compressed data and the check.
fn record(header: &[u8], compressed: u64, data: &[u8]) -> IndexRecord {
    (header.len() as u64 + compressed + 4, data.len() as u64)
}
