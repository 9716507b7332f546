//! The frame's header and the headers of blocks.

use std::io;

/// Largest content of a block (section 3.1.1.2.4).
const LARGEST_BLOCK: usize = 128 << 10;
/// Size of a block's header (section 3.1.1.2).
const BLOCK_HEADER_SIZE: usize = 3;

/// The window, as a power of two: 32 MiB, which is what Arch's own packages have (`makepkg` calls `zstd --ultra -20`), so
/// that every host has the memory that a package of ours takes. Decoders take up to 27 without being told.
pub(super) const WINDOW_LOG: u8 = 25;

/// Section 3.1.1.1: magic number; descriptor (no content size, more than one segment, no checksum, no dictionary); window
/// descriptor, whose exponent counts from 10.
pub(super) const FRAME_HEADER: [u8; 6] = [0x28, 0xB5, 0x2F, 0xFD, 0, (WINDOW_LOG - 10) << 3];

/// `Block_Type` (section 3.1.1.2.2).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockType {
    Raw = 0,
    Compressed = 2,
}

/// The beginning of a frame with `own` in it, in raw blocks. Runs follow.
pub(crate) fn open(own: &[u8]) -> Vec<u8> {
    let mut out = FRAME_HEADER.to_vec();
    write_raw_blocks(&mut out, own);
    out
}

/// Section 3.1.1.2: the lowest bit marks the last block, two bits are its type, the rest is the size.
fn header(last: bool, block_type: BlockType, size: usize) -> [u8; BLOCK_HEADER_SIZE] {
    // At most 128 KiB, in 21 bits.
    let size = u32::try_from(size).unwrap_or(u32::MAX);
    let [first, second, third, _] = (u32::from(last) | (block_type as u32) << 1 | size << 3).to_le_bytes();
    [first, second, third]
}

/// Writes a compressed block that is not the last.
pub(super) fn write_compressed_block(out: &mut Vec<u8>, content: &[u8]) {
    out.extend_from_slice(&header(false, BlockType::Compressed, content.len()));
    out.extend_from_slice(content);
}

/// Writes `data` as it is, in blocks of which none is the last of the frame; none if it is empty.
pub(super) fn write_raw_blocks(out: &mut Vec<u8>, data: &[u8]) {
    for chunk in data.chunks(LARGEST_BLOCK) {
        out.extend_from_slice(&header(false, BlockType::Raw, chunk.len()));
        out.extend_from_slice(chunk);
    }
}

/// The same, the last one marked. One block, though empty, is always written: it carries the mark.
pub(super) fn write_last_raw_blocks(out: &mut Vec<u8>, data: &[u8]) {
    let rest = data.len() % LARGEST_BLOCK;
    let rest = if rest == 0 { data.len().min(LARGEST_BLOCK) } else { rest };
    let (front, last) = data.split_at(data.len() - rest);
    write_raw_blocks(out, front);
    out.extend_from_slice(&header(true, BlockType::Raw, last.len()));
    out.extend_from_slice(last);
}

/// The blocks of a whole frame, none of them marked as the last.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if it is no such frame as this crate's compressor is told to make: without content
/// size, checksum and dictionary.
pub(super) fn blocks_of(mut frame: Vec<u8>) -> io::Result<Vec<u8>> {
    let foreign = || io::Error::new(io::ErrorKind::InvalidData, "the compressor wrote another kind of frame");
    let (magic_and_descriptor, _) = FRAME_HEADER.split_at(5);
    if !frame.starts_with(magic_and_descriptor) {
        return Err(foreign());
    }
    frame.drain(..FRAME_HEADER.len().min(frame.len()));
    let mut begin = 0;
    loop {
        let header = frame.get_mut(begin..begin + BLOCK_HEADER_SIZE).ok_or_else(foreign)?;
        let word = header
            .iter()
            .rev()
            .fold(0_usize, |word, byte| word << 8 | usize::from(*byte));
        let last = word & 1 == 1;
        if let Some(first) = header.first_mut() {
            *first &= !1;
        }
        // Section 3.1.1.2.2: the content of an RLE block is one byte, however long it becomes.
        let size = if word >> 1 & 3 == 1 { 1 } else { word >> 3 };
        begin += BLOCK_HEADER_SIZE + size;
        if last {
            break;
        }
    }
    if begin == frame.len() {
        Ok(frame)
    } else {
        Err(foreign())
    }
}
