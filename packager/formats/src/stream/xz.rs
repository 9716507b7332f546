//! xz streams made of runs. Section numbers are those of *The .xz File Format*, version 1.2.1.
//!
//! A stream (section 2.1) is a header, blocks, an index and a footer:
//!
//! ```text
//! header(12) | block | block | … | index | footer(12)
//! ```
//!
//! Blocks do not depend on each other, and only the index and the footer speak of all of them: the index (section 4)
//! has a record for each block, its unpadded size and its uncompressed size; the footer (section 2.1.2) has the size of
//! the index. So blocks of different runs stand in one stream if all runs use the same check (section 2.1.1.2), and
//! the index is written anew from the remembered records.
//!
//! The block of the caller's own bytes is written here without a compressor: LZMA2 has chunks that are stored as they
//! are (section 5.3.1; the chunk's control byte is 1 for the first, which resets the dictionary, and 2 for the others).

use std::io::{self, Write};

use liblzma::stream::{Action, Check, Filters, LzmaOptions, MtStreamBuilder, Status, Stream};
use serde::{Deserialize, Serialize};

use super::{Effort, Position, Run, foreign_run};

/// Stream header magic bytes (section 2.1.1.1).
const HEADER_MAGIC: [u8; 6] = [0xFD, b'7', b'z', b'X', b'Z', 0];
/// Stream footer magic bytes (section 2.1.2.4).
const FOOTER_MAGIC: [u8; 2] = *b"YZ";
/// Stream flags: check is CRC-32 (section 2.1.1.2), as dpkg itself writes it.
const STREAM_FLAGS: [u8; 2] = [0, 1];
/// Length of a stream header and of a stream footer.
const HEADER_SIZE: usize = 12;
/// Most bytes in a stored LZMA2 chunk.
const CHUNK_SIZE: usize = 1 << 16;

/// Dictionary of the best effort: that of `xz -6`. Every system that reads the package must find this much memory, so
/// the larger ones of higher levels are left.
const BEST_PRESET: u32 = 6;
/// Uncompressed bytes in a block of the best effort: three dictionaries, as `xz -T` does. Blocks are what threads
/// share, and what memory is counted in.
const BEST_BLOCK_SIZE: u64 = 24 << 20;
/// Metadata is hexadecimal text and comes twice in a row: a dictionary that reaches back over a whole copy (4 MiB)
/// matters, a better search does not.
const QUICK_PRESET: u32 = 1;
const QUICK_DICTIONARY: u32 = 4 << 20;
/// The tables of a compressor grow with its dictionary, and are zeroed for each run.
const BRIEF_PRESET: u32 = 0;
const BRIEF_DICTIONARY: u32 = 64 << 10;

/// The index records of a run: for each block its unpadded size and its uncompressed size (section 4.3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Blocks(Vec<(u64, u64)>);

/// Compresses one run.
pub struct Encoder<W: Write> {
    stream: Stream,
    buffer: Vec<u8>,
    out: W,
    /// How many bytes of the encoder's output are still to be dropped: the header, for a later run.
    skip: usize,
}

impl<W: Write> Encoder<W> {
    pub(super) fn new(position: Position, effort: Effort, out: W) -> io::Result<Self> {
        let mut options = LzmaOptions::new_preset(match effort {
            Effort::Best { .. } => BEST_PRESET,
            Effort::Quick => QUICK_PRESET,
            Effort::Brief => BRIEF_PRESET,
        })?;
        let stream = match effort {
            Effort::Best { threads } => {
                let mut filters = Filters::new();
                filters.lzma2(&options);
                MtStreamBuilder::new()
                    .threads(threads.get())
                    .block_size(BEST_BLOCK_SIZE)
                    .filters(filters)
                    .check(Check::Crc32)
                    .encoder()?
            }
            Effort::Quick => single(options.dict_size(QUICK_DICTIONARY))?,
            Effort::Brief => single(options.dict_size(BRIEF_DICTIONARY))?,
        };
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 << 10),
            out,
            skip: match position {
                Position::First => 0,
                Position::Later => HEADER_SIZE,
            },
        })
    }

    /// Hands on what the encoder has put out.
    fn drain(&mut self) -> io::Result<()> {
        let skipped = self.skip.min(self.buffer.len());
        self.skip -= skipped;
        self.out.write_all(self.buffer.get(skipped..).unwrap_or_default())?;
        self.buffer.clear();
        Ok(())
    }

    /// Ends the last block, then takes the records of all blocks out of the index that the encoder writes, which is
    /// not handed on.
    pub(super) fn finish(mut self) -> io::Result<(W, Blocks)> {
        if self.stream.total_in() == 0 {
            // An encoder that was fed nothing writes its header, and no block.
            self.buffer.clear();
        } else {
            loop {
                let status = self.stream.process_vec(&[], &mut self.buffer, Action::FullFlush)?;
                self.drain()?;
                if status == Status::StreamEnd {
                    break;
                }
            }
        }
        let mut tail = Vec::with_capacity(64 << 10);
        loop {
            tail.reserve(4 << 10);
            if self.stream.process_vec(&[], &mut tail, Action::Finish)? == Status::StreamEnd {
                break;
            }
        }
        if self.stream.total_in() == 0 {
            let header: Vec<u8> = tail.drain(..HEADER_SIZE.min(tail.len())).collect();
            self.out.write_all(header.get(self.skip..).unwrap_or_default())?;
        }
        let blocks = read_index(&tail).ok_or_else(|| io::Error::other("the xz encoder wrote no readable index"))?;
        Ok((self.out, Blocks(blocks)))
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        loop {
            let before = self.stream.total_in();
            self.stream.process_vec(buf, &mut self.buffer, Action::Run)?;
            self.drain()?;
            let taken = usize::try_from(self.stream.total_in() - before).map_err(io::Error::other)?;
            if taken > 0 || buf.is_empty() {
                return Ok(taken);
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A compressor of one thread.
fn single(options: &LzmaOptions) -> io::Result<Stream> {
    let mut filters = Filters::new();
    filters.lzma2(options);
    Ok(Stream::new_stream_encoder(&filters, Check::Crc32)?)
}

/// The end of a stream: a block with `own` in it (none if it is empty), the index over all blocks, the footer.
pub(super) fn close(runs: &[&Run], own: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(own.len() + own.len() / CHUNK_SIZE * 3 + 256);
    let mut records = Vec::new();
    if runs.is_empty() {
        write_header(&mut out);
    }
    for run in runs {
        match run {
            Run::Xz(blocks) => records.extend_from_slice(&blocks.0),
            Run::Gzip(_) => return Err(foreign_run()),
        }
    }
    if !own.is_empty() {
        records.push(write_stored_block(&mut out, own));
    }
    let index_size = write_index(&mut out, &records);
    write_footer(&mut out, index_size)?;
    Ok(out)
}

/// Section 2.1.1.
fn write_header(out: &mut Vec<u8>) {
    out.extend_from_slice(&HEADER_MAGIC);
    out.extend_from_slice(&STREAM_FLAGS);
    out.extend_from_slice(&crc32fast::hash(&STREAM_FLAGS).to_le_bytes());
}

/// Section 3: a block of stored LZMA2 chunks. Returns its index record.
fn write_stored_block(out: &mut Vec<u8>, data: &[u8]) -> (u64, u64) {
    let begin = out.len();
    // Section 3.1: the header's size in units of four bytes less one (here 12 bytes), flags: one filter and no sizes;
    // section 5.3.1: filter 0x21 with one byte of properties, the dictionary's size (0 is 4 KiB, the smallest);
    // padding to the size.
    let header = [2, 0, 0x21, 1, 0, 0, 0, 0];
    out.extend_from_slice(&header);
    out.extend_from_slice(&crc32fast::hash(&header).to_le_bytes());
    for (number, chunk) in data.chunks(CHUNK_SIZE).enumerate() {
        out.push(if number == 0 { 1 } else { 2 });
        // A chunk has 1 to 65,536 bytes, and its size is stored less one.
        let size = u16::try_from(chunk.len() - 1).unwrap_or(u16::MAX);
        out.extend_from_slice(&size.to_be_bytes());
        out.extend_from_slice(chunk);
    }
    out.push(0);
    let unpadded = out.len() - begin + 4;
    while !(out.len() - begin).is_multiple_of(4) {
        out.push(0);
    }
    out.extend_from_slice(&crc32fast::hash(data).to_le_bytes());
    (unpadded as u64, data.len() as u64)
}

/// Section 4. Returns the size of the index.
fn write_index(out: &mut Vec<u8>, records: &[(u64, u64)]) -> usize {
    let begin = out.len();
    out.push(0);
    write_varint(out, records.len() as u64);
    for (unpadded, uncompressed) in records {
        write_varint(out, *unpadded);
        write_varint(out, *uncompressed);
    }
    while !(out.len() - begin).is_multiple_of(4) {
        out.push(0);
    }
    let crc = crc32fast::hash(out.get(begin..).unwrap_or_default());
    out.extend_from_slice(&crc.to_le_bytes());
    out.len() - begin
}

/// Section 2.1.2.
fn write_footer(out: &mut Vec<u8>, index_size: usize) -> io::Result<()> {
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

/// Reads the records of an index (section 4); `None` if it is not one.
fn read_index(index: &[u8]) -> Option<Vec<(u64, u64)>> {
    let mut rest = index.strip_prefix(&[0])?;
    let count = read_varint(&mut rest)?;
    (0..count)
        .map(|_| Some((read_varint(&mut rest)?, read_varint(&mut rest)?)))
        .collect()
}

fn read_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..63).step_by(7) {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
