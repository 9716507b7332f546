//! Headers, index and footer of an xz stream.

use std::io;

/// Stream header magic bytes (section 2.1.1.1).
const HEADER_MAGIC: [u8; 6] = [0xFD, b'7', b'z', b'X', b'Z', 0];
/// Stream footer magic bytes (section 2.1.2.4).
const FOOTER_MAGIC: [u8; 2] = *b"YZ";
/// Stream flags: check is CRC-32 (section 2.1.1.2), as dpkg itself writes it.
const STREAM_FLAGS: [u8; 2] = [0, 1];
/// The filter LZMA2 (section 5.3.1) has one byte of properties.
const LZMA2: [u8; 2] = [0x21, 1];
/// Smallest dictionary that can be named (section 5.3.1).
pub(super) const SMALLEST_DICTIONARY: u32 = 4 << 10;

/// The index record of a block (section 4.3).
pub(super) type IndexRecord = (u64, u64);

/// Section 2.1.1.
pub(in crate::stream) fn stream_header() -> [u8; 12] {
    let mut header = [0; 12];
    let bytes = HEADER_MAGIC
        .into_iter()
        .chain(STREAM_FLAGS)
        .chain(crc32fast::hash(&STREAM_FLAGS).to_le_bytes());
    header.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    header
}

/// Section 3.1, for a block of LZMA2 with a dictionary of `dictionary` bytes, a power of two. Both sizes are given:
/// a reader with several threads needs them to find the next block.
pub(super) fn block_header(compressed: u64, uncompressed: u64, dictionary: u32) -> Vec<u8> {
    // One filter (the low bits are their number less one), both sizes present.
    let mut header = vec![0, 0xC0];
    write_varint(&mut header, compressed);
    write_varint(&mut header, uncompressed);
    header.extend_from_slice(&LZMA2);
    header.push(dictionary_bits(dictionary));
    pad(&mut header);
    // The size in units of four bytes less one, its checksum included; at most 32 bytes here.
    let size = (header.len() + 4) / 4 - 1;
    if let Some(first) = header.first_mut() {
        *first = u8::try_from(size).unwrap_or(u8::MAX);
    }
    let crc = crc32fast::hash(&header);
    header.extend_from_slice(&crc.to_le_bytes());
    header
}

/// Section 5.3.1: the sizes are 2^n and 2^n + 2^(n-1), from 4 KiB on.
const fn dictionary_bits(dictionary: u32) -> u8 {
    let doublings = dictionary.ilog2().saturating_sub(SMALLEST_DICTIONARY.ilog2());
    // At most 19, for 2 GiB.
    (doublings * 2).to_le_bytes()[0]
}

/// What follows a block's compressed data (sections 3.3 and 3.4): padding to four bytes, the check.
pub(super) fn block_end(compressed: u64, crc: u32) -> Vec<u8> {
    let padding = usize::try_from(compressed.next_multiple_of(4) - compressed).unwrap_or_default();
    let mut end = vec![0; padding];
    end.extend_from_slice(&crc.to_le_bytes());
    end
}

/// Section 4. Returns the size of the index.
pub(super) fn write_index(out: &mut Vec<u8>, records: &[IndexRecord]) -> usize {
    let begin = out.len();
    let mut index = vec![0];
    write_varint(&mut index, records.len() as u64);
    for (unpadded, uncompressed) in records {
        write_varint(&mut index, *unpadded);
        write_varint(&mut index, *uncompressed);
    }
    pad(&mut index);
    let crc = crc32fast::hash(&index);
    out.extend_from_slice(&index);
    out.extend_from_slice(&crc.to_le_bytes());
    out.len() - begin
}

/// Section 2.1.2.
pub(super) fn write_footer(out: &mut Vec<u8>, index_size: usize) -> io::Result<()> {
    let backward_size = u32::try_from(index_size / 4 - 1).map_err(io::Error::other)?;
    let mut fields = backward_size.to_le_bytes().to_vec();
    fields.extend_from_slice(&STREAM_FLAGS);
    out.extend_from_slice(&crc32fast::hash(&fields).to_le_bytes());
    out.extend_from_slice(&fields);
    out.extend_from_slice(&FOOTER_MAGIC);
    Ok(())
}

/// Section 1.2: seven bits a byte, the lowest first, the highest bit set on all but the last.
fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7F) as u8);
}

fn pad(bytes: &mut Vec<u8>) {
    bytes.resize(bytes.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dictionaries_are_named_as_the_specification_says() {
        for (dictionary, bits) in [(4 << 10, 0), (64 << 10, 8), (4 << 20, 20), (8 << 20, 22)] {
            assert_eq!(dictionary_bits(dictionary), bits);
        }
    }

    #[test]
    fn headers_are_whole_words_with_their_own_size() {
        for sizes in [(1, 1), (127, 128), (1 << 20, 24 << 20), (u64::MAX >> 2, u64::MAX >> 1)] {
            let header = block_header(sizes.0, sizes.1, 8 << 20);
            assert_eq!((usize::from(header[0]) + 1) * 4, header.len());
            let (fields, crc) = header.split_at(header.len() - 4);
            assert_eq!(crc, crc32fast::hash(fields).to_le_bytes());
        }
    }
}
