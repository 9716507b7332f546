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
//! liblzma compresses the data of a block; what stands around it is written here. The block of the caller's own bytes
//! is written without a compressor.

mod block;
mod container;
mod encoder;

use std::io;

use serde::{Deserialize, Serialize};

use super::{BlockId, LocatedBlock, Run, foreign_run};
use block::write_stored_block;
use container::{IndexRecord, write_footer, write_index};

pub(super) use container::stream_header;
pub use encoder::Encoder;

/// What a run is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Blocks {
    /// Its part of the index: for each block its unpadded size and its uncompressed size (section 4.3).
    records: Vec<IndexRecord>,
    /// The blocks that have a name, with their places in `records`.
    named: Vec<(usize, BlockId)>,
}

impl Blocks {
    fn push(&mut self, record: IndexRecord, id: Option<BlockId>) {
        self.named.extend(id.map(|id| (self.records.len(), id)));
        self.records.push(record);
    }

    /// The length of what went into the run.
    pub(super) fn unpacked_size_bytes(&self) -> u64 {
        self.records.iter().map(|(_, uncompressed)| uncompressed).sum()
    }

    /// The blocks that have a name, in a run of `size_bytes`. A run ends with its last block.
    pub(super) fn locate(&self, size_bytes: u64) -> Vec<LocatedBlock> {
        let mut ranges = Vec::with_capacity(self.records.len());
        let mut end = size_bytes;
        for (unpadded, _) in self.records.iter().rev() {
            let begin = end.saturating_sub(unpadded.next_multiple_of(4));
            ranges.push(begin..end);
            end = begin;
        }
        ranges.reverse();
        let located = self.named.iter().filter_map(|(place, id)| {
            let range = ranges.get(*place)?.clone();
            Some(LocatedBlock { id: *id, range })
        });
        located.collect()
    }
}

/// The end of a stream: a block with `own` in it (none if it is empty), the index over all blocks, the footer.
pub(super) fn close(runs: &[&Run], own: &[u8]) -> io::Result<Vec<u8>> {
    let mut records = Vec::new();
    for run in runs {
        match run {
            Run::Xz(blocks) => records.extend_from_slice(&blocks.records),
            Run::Gzip(_) | Run::Zstd(_) => return Err(foreign_run()),
        }
    }
    // Sized beforehand, generously: a vector that grows leaves copies of a secret behind.
    let mut out = Vec::with_capacity(own.len() + own.len() / (16 << 10) + records.len() * 20 + 512);
    if runs.is_empty() {
        out.extend_from_slice(&stream_header());
    }
    if !own.is_empty() {
        records.push(write_stored_block(&mut out, own));
    }
    let index_size = write_index(&mut out, &records);
    write_footer(&mut out, index_size)?;
    Ok(out)
}
