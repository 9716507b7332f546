//! gzip members made of runs. Section numbers are those of RFC 1952 (gzip) and RFC 1951 (deflate).
//!
//! A member (RFC 1952, section 2.3) is a header, a deflate stream, and the CRC-32 and the length of what was compressed.
//! A deflate stream is a sequence of blocks, the last of which is marked (RFC 1951, section 3.2.3). A run is blocks
//! that end with a sync flush: an empty stored block, after which the stream is on a byte boundary, so that blocks of
//! another compressor can follow. These do not refer back beyond their own beginning, which is allowed.
//!
//! The caller's own bytes follow as stored blocks (RFC 1951, section 3.2.4), the last one marked. The CRC of everything
//! is combined from the CRCs of the runs and their lengths, without reading them again.

use std::io::{self, Write};

use flate2::{Compress, FlushCompress};
use serde::{Deserialize, Serialize};

use super::{Effort, Position, Run, foreign_run};

/// RFC 1952, section 2.3.1: magic, deflate, no flags, no time, no extra flags, and 255 for an unknown system: the same
/// bytes wherever they are made.
pub(super) const HEADER: [u8; 10] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
/// Most bytes in a stored block.
const STORED_SIZE: usize = 0xFFFF;
/// The least: a hundredth less than gzip's own default makes of the same bytes, where this library's default is more.
const BEST_LEVEL: u32 = 9;
const QUICK_LEVEL: u32 = 3;

/// The CRC-32 and the length, in bytes, of what went into a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    crc32: u32,
    pub(super) size_bytes: u64,
}

/// Compresses one run.
pub struct Encoder<W: Write> {
    deflate: Compress,
    buffer: Vec<u8>,
    crc: crc32fast::Hasher,
    out: W,
}

impl<W: Write> Encoder<W> {
    pub(super) fn new(position: Position, effort: &Effort, mut out: W) -> io::Result<Self> {
        if position == Position::First {
            out.write_all(&HEADER)?;
        }
        let level = match effort {
            Effort::Best(_) => BEST_LEVEL,
            Effort::Quick => QUICK_LEVEL,
        };
        Ok(Self {
            deflate: Compress::new(flate2::Compression::new(level), false),
            buffer: Vec::with_capacity(64 << 10),
            crc: crc32fast::Hasher::new(),
            out,
        })
    }

    /// Compresses what it can of `input`, hands the output on, and returns how much it took.
    fn step(&mut self, input: &[u8], flush: FlushCompress) -> io::Result<usize> {
        let before = self.deflate.total_in();
        self.buffer.clear();
        self.deflate.compress_vec(input, &mut self.buffer, flush)?;
        self.out.write_all(&self.buffer)?;
        usize::try_from(self.deflate.total_in() - before).map_err(io::Error::other)
    }

    pub(super) fn finish(mut self) -> io::Result<(W, Checked)> {
        if self.deflate.total_in() > 0 {
            // A flush is complete when the output did not fill the buffer (zlib.h, deflate()).
            loop {
                self.step(&[], FlushCompress::Sync)?;
                if self.buffer.len() < self.buffer.capacity() {
                    break;
                }
            }
        }
        let checked = Checked {
            size_bytes: self.deflate.total_in(),
            crc32: self.crc.finalize(),
        };
        Ok((self.out, checked))
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        loop {
            let taken = self.step(buf, FlushCompress::None)?;
            self.crc.update(buf.get(..taken).unwrap_or_default());
            if taken > 0 || buf.is_empty() {
                return Ok(taken);
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The end of a member: stored blocks with `own`, the last one marked, then the CRC and the length of everything.
pub(super) fn close(runs: &[&Run], own: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(own.len() + own.len() / STORED_SIZE * 5 + 64);
    if runs.is_empty() {
        out.extend_from_slice(&HEADER);
    }
    write_stored_blocks(&mut out, own);
    let mut crc = crc32fast::Hasher::new();
    let mut size_bytes = 0_u64;
    for run in runs {
        match run {
            Run::Gzip(run) => {
                crc.combine(&crc32fast::Hasher::new_with_initial_len(run.crc32, run.size_bytes));
                size_bytes += run.size_bytes;
            }
            Run::Xz(_) | Run::Zstd(_) => return Err(foreign_run()),
        }
    }
    crc.update(own);
    size_bytes += own.len() as u64;
    out.extend_from_slice(&crc.finalize().to_le_bytes());
    // RFC 1952, section 2.3.1: ISIZE is the length modulo 2^32.
    out.extend_from_slice(&((size_bytes & 0xFFFF_FFFF) as u32).to_le_bytes());
    Ok(out)
}

/// RFC 1951, section 3.2.4, on a byte boundary: three bits of header (BFINAL, BTYPE 00) and five of padding, the length
/// and its complement, the data. One block, though empty, is always written: it carries the mark of the last one.
fn write_stored_blocks(out: &mut Vec<u8>, data: &[u8]) {
    let mut chunks = data.chunks(STORED_SIZE);
    let mut chunk: &[u8] = chunks.next().unwrap_or_default();
    loop {
        let next = chunks.next();
        out.push(u8::from(next.is_none()));
        let size = u16::try_from(chunk.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&size.to_le_bytes());
        out.extend_from_slice(&(!size).to_le_bytes());
        out.extend_from_slice(chunk);
        match next {
            Some(next) => chunk = next,
            None => break,
        }
    }
}
