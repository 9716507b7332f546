//! A folder that is compressed with MSZIP.

use std::io;

use flate2::{Compress, Compression, FlushCompress, Status};

use super::data::{BLOCK_SIZE, data_header};
use crate::Effort;
use crate::stream::InOrder;

/// What every block of MSZIP begins with ([MS-MCI] section 2).
const SIGNATURE: [u8; 2] = *b"CK";
/// What stands in front of the data in a stored block of deflate: one byte with its kind, the length and its complement.
const STORED_HEADER_SIZE: usize = 5;
/// Most bytes of an MSZIP block's data. Within the 12 beyond 32,768 that [MS-MCI] section 2 allows.
const MAX_PACKED_SIZE: usize = SIGNATURE.len() + STORED_HEADER_SIZE + BLOCK_SIZE;

/// So much is compressed at a time by a thread: enough that starting one costs nothing beside it. What comes out does
/// not depend on it.
const RUN_SIZE: usize = 32 * BLOCK_SIZE;

const BEST_LEVEL: u32 = 9;
const QUICK_LEVEL: u32 = 3;

/// Compresses what it is given, and keeps it: a cabinet says its length in front, and that is known in the end. A compressed
/// agent is some tens of megabytes; a folder is never more than 2 GiB.
pub(super) struct Folder {
    level: Compression,
    /// The block before the run, which its first block refers to, and what there is of the run.
    gathered: Vec<u8>,
    begin: usize,
    under_way: InOrder<Blocks>,
    done: Vec<Blocks>,
}

/// Compressed blocks of a run, with their headers.
pub(super) struct Blocks {
    pub(super) bytes: Vec<u8>,
    /// Length of the data in them, beside the headers.
    pub(super) data_size: u64,
}

impl Folder {
    pub(super) fn new(effort: &Effort) -> Self {
        let level = match effort {
            Effort::Best(_) => BEST_LEVEL,
            Effort::Quick => QUICK_LEVEL,
        };
        Self {
            level: Compression::new(level),
            gathered: Vec::with_capacity(RUN_SIZE),
            begin: 0,
            under_way: InOrder::new(effort.clone()),
            done: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let room = self.begin + RUN_SIZE - self.gathered.len();
            let (taken, rest) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.gathered.extend_from_slice(taken);
            bytes = rest;
            if taken.len() == room {
                self.end_run()?;
            }
        }
        Ok(())
    }

    /// Has what is gathered compressed, and keeps its last block for the next run to refer to.
    fn end_run(&mut self) -> io::Result<()> {
        let before = self.gathered.len().saturating_sub(BLOCK_SIZE);
        let mut next = Vec::with_capacity(BLOCK_SIZE + RUN_SIZE);
        next.extend_from_slice(self.gathered.get(before..).unwrap_or_default());
        let begin = std::mem::replace(&mut self.begin, next.len());
        let run = std::mem::replace(&mut self.gathered, next);
        let (level, done) = (self.level, &mut self.done);
        self.under_way.begin(
            move || compress_run(&run, begin, level),
            |blocks| {
                done.push(blocks);
                Ok(())
            },
        )
    }

    /// Waits for all blocks.
    pub(super) fn finish(mut self) -> io::Result<Vec<Blocks>> {
        if self.gathered.len() > self.begin {
            self.end_run()?;
        }
        let mut done = self.done;
        self.under_way.finish(|blocks| {
            done.push(blocks);
            Ok(())
        })?;
        Ok(done)
    }
}

/// The blocks of `run` from `begin` on, where a block begins.
fn compress_run(run: &[u8], begin: usize, level: Compression) -> io::Result<Blocks> {
    let mut compressor = Compress::new(level, false);
    let (window, content) = run.split_at_checked(begin).ok_or(io::ErrorKind::InvalidInput)?;
    let mut window = window;
    let mut bytes = Vec::with_capacity(content.len() / 2);
    let mut data_size = 0;
    let mut packed = Vec::with_capacity(MAX_PACKED_SIZE);
    for block in content.chunks(BLOCK_SIZE) {
        compress_block(&mut compressor, window, block, &mut packed)?;
        bytes.extend_from_slice(&data_header(&packed, block.len()));
        bytes.extend_from_slice(&packed);
        data_size += packed.len() as u64;
        window = block;
    }
    // It is kept until the end.
    bytes.shrink_to_fit();
    Ok(Blocks { bytes, data_size })
}

/// Puts the MSZIP block of `block` into `packed`, which has room for it. `window` is the block before, if there is one.
fn compress_block(compressor: &mut Compress, window: &[u8], block: &[u8], packed: &mut Vec<u8>) -> io::Result<()> {
    packed.clear();
    packed.extend_from_slice(&SIGNATURE);
    compressor.reset();
    if !window.is_empty() {
        compressor.set_dictionary(window)?;
    }
    let status = compressor.compress_vec(block, packed, FlushCompress::Finish)?;
    let stored_size = SIGNATURE.len() + STORED_HEADER_SIZE + block.len();
    if status != Status::StreamEnd || packed.len() > stored_size {
        // RFC 1951, section 3.2.4. One block takes it all, where the compressor makes several.
        packed.truncate(SIGNATURE.len());
        let size = u16::try_from(block.len()).map_err(io::Error::other)?;
        packed.push(1);
        packed.extend_from_slice(&size.to_le_bytes());
        packed.extend_from_slice(&(!size).to_le_bytes());
        packed.extend_from_slice(block);
    }
    Ok(())
}
