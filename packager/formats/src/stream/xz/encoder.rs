//! Compressing a run.

use std::io::{self, Write};

use super::Blocks;
use super::block::{Block, Recipe};
use super::container::{IndexRecord, stream_header};
use crate::stream::in_order::InOrder;
use crate::stream::{Effort, Position};

/// Uncompressed bytes in a block: three dictionaries of the best effort, as `xz -T` does. Blocks are what threads
/// share, and what memory is counted in.
const BLOCK_SIZE: usize = 24 << 20;

/// A run that is longer gets the memory of a whole block.
const SHORT: usize = 1 << 20;

/// `xz -6`. Every system that reads the package must find the dictionary's memory, so the larger ones of higher levels
/// are left.
const BEST: Recipe = Recipe {
    preset: 6,
    dictionary: 8 << 20,
};
/// Metadata is hexadecimal text and comes twice in a row: a dictionary that reaches back over a whole copy matters, a
/// better search does not.
const QUICK: Recipe = Recipe {
    preset: 1,
    dictionary: 4 << 20,
};

/// Compresses one run. A block is gathered while others are being compressed; at no time is more of the run in memory
/// than a block for each thread and the one that is being gathered.
pub struct Encoder<W: Write> {
    recipe: Recipe,
    gathered: Vec<u8>,
    under_way: InOrder<Block>,
    sink: Sink<W>,
}

/// Where blocks go.
struct Sink<W: Write> {
    records: Vec<IndexRecord>,
    out: W,
}

impl<W: Write> Sink<W> {
    fn put(&mut self, block: &Block) -> io::Result<()> {
        for bytes in [&block.header, &block.body, &block.end] {
            self.out.write_all(bytes)?;
        }
        self.records.push(block.record);
        Ok(())
    }
}

impl<W: Write> Encoder<W> {
    pub(in crate::stream) fn new(position: Position, effort: Effort, mut out: W) -> io::Result<Self> {
        if position == Position::First {
            out.write_all(&stream_header())?;
        }
        Ok(Self {
            recipe: match effort {
                Effort::Best(_) => BEST,
                Effort::Quick => QUICK,
            },
            gathered: Vec::new(),
            under_way: InOrder::new(effort),
            sink: Sink {
                records: Vec::new(),
                out,
            },
        })
    }

    /// Ends the block that is being gathered.
    fn end_block(&mut self) -> io::Result<()> {
        let Self {
            recipe,
            gathered,
            under_way,
            sink,
        } = self;
        let (data, recipe) = (std::mem::take(gathered), *recipe);
        under_way.begin(move || Block::compress(&data, recipe), |block| sink.put(&block))
    }

    pub(in crate::stream) fn finish(mut self) -> io::Result<(W, Blocks)> {
        if !self.gathered.is_empty() {
            self.end_block()?;
        }
        let mut sink = self.sink;
        self.under_way.finish(|block| sink.put(&block))?;
        Ok((sink.out, Blocks(sink.records)))
    }
}

impl<W: Write> Write for Encoder<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        let taken = buf.len().min(BLOCK_SIZE - self.gathered.len());
        // A vector that doubles takes three times the memory for a moment. A short run takes what it needs.
        if self.gathered.len() + taken > SHORT && self.gathered.capacity() < BLOCK_SIZE {
            self.gathered.reserve_exact(BLOCK_SIZE - self.gathered.len());
        }
        self.gathered.extend_from_slice(buf.get(..taken).unwrap_or_default());
        if self.gathered.len() == BLOCK_SIZE {
            self.end_block()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
