//! Compressing a run.

use std::io::{self, Write};
use std::sync::Arc;

use super::Blocks;
use super::block::{Block, Recipe};
use super::container::stream_header;
use crate::stream::in_order::InOrder;
use crate::stream::known::{BlockId, KnownBlocks, WORTH_A_BLOCK_BYTES};
use crate::stream::{Effort, Position};

/// Uncompressed bytes in a block: three dictionaries of the best effort, as `xz -T` does. Blocks are what threads
/// share, and what memory is counted in.
const BLOCK_SIZE: usize = 24 << 20;

/// What is gathered beyond this gets the memory of a whole block.
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
    known: Option<Arc<dyn KnownBlocks>>,
    gathered: Vec<u8>,
    under_way: InOrder<Made>,
    sink: Sink<W>,
}

/// A block, and its name if others may want it.
struct Made {
    block: Block,
    id: Option<BlockId>,
}

/// Where blocks go.
struct Sink<W: Write> {
    blocks: Blocks,
    out: W,
}

impl<W: Write> Sink<W> {
    fn put(&mut self, Made { block, id }: &Made) -> io::Result<()> {
        for bytes in [&block.header, &block.body, &block.end] {
            self.out.write_all(bytes)?;
        }
        self.blocks.push(block.record, *id);
        Ok(())
    }
}

impl<W: Write> Encoder<W> {
    pub(in crate::stream) fn new(position: Position, effort: Effort, mut out: W) -> io::Result<Self> {
        if position == Position::First {
            out.write_all(&stream_header())?;
        }
        let (recipe, known) = match &effort {
            Effort::Best(compressors) => (BEST, compressors.known()),
            Effort::Quick => (QUICK, None),
        };
        Ok(Self {
            recipe,
            known,
            gathered: Vec::new(),
            under_way: InOrder::new(effort),
            sink: Sink {
                blocks: Blocks::default(),
                out,
            },
        })
    }

    /// Ends the block that is being gathered, if there is anything in it.
    pub(in crate::stream) fn cut(&mut self) -> io::Result<()> {
        if self.gathered.is_empty() {
            return Ok(());
        }
        let Self {
            recipe,
            known,
            gathered,
            under_way,
            sink,
        } = self;
        let (data, recipe, known) = (std::mem::take(gathered), *recipe, known.clone());
        under_way.begin(move || make(&data, recipe, known.as_deref()), |made| sink.put(&made))
    }

    pub(in crate::stream) fn finish(mut self) -> io::Result<(W, Blocks)> {
        self.cut()?;
        let mut sink = self.sink;
        self.under_way.finish(|made| sink.put(&made))?;
        Ok((sink.out, sink.blocks))
    }
}

/// The block of `data`: found, if it is known, or made. Small ones have no name.
fn make(data: &[u8], recipe: Recipe, known: Option<&dyn KnownBlocks>) -> io::Result<Made> {
    let id = (data.len() >= WORTH_A_BLOCK_BYTES).then(|| recipe.id(data));
    let found = id
        .and_then(|id| known?.find(&id))
        .and_then(|bytes| Block::known(bytes, data, recipe));
    let block = found.map_or_else(|| Block::compress(data, recipe), Ok)?;
    Ok(Made { block, id })
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
            self.cut()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
