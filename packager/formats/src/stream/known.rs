//! Blocks that have been compressed before.
//!
//! To compress a program takes half a minute, and its bytes are the same in a deb and in an rpm, in one channel and in
//! another. So what is large stands in blocks of its own, whatever is around it, and a block that is known is copied.

use std::ops::Range;

use packager_artifact::{Sha256Digest, Sha256State};
use serde::{Deserialize, Serialize};

/// What has this many bytes is worth a block of its own.
pub(crate) const WORTH_A_BLOCK_BYTES: usize = 1 << 20;

/// Names a block: what is in it, and how that was compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlockId(Sha256Digest);

impl BlockId {
    /// Of `data`, compressed as `recipe` says.
    pub(super) fn new(recipe: &str, data: &[u8]) -> Self {
        let mut state = Sha256State::default();
        state.update(recipe.as_bytes());
        state.update(&[0]);
        state.update(data);
        Self(state.finish())
    }
}

/// A block of a shared part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedBlock {
    /// Its name.
    pub id: BlockId,
    /// Where in the part it is, from its header to its check.
    pub range: Range<u64>,
}

/// Finds blocks that have been compressed before.
pub trait KnownBlocks: Send + Sync {
    /// The bytes of the block with this name, from its header to its check, or nothing if it cannot be had. They are
    /// not taken on trust: what is not such a block is compressed anew.
    fn find(&self, id: &BlockId) -> Option<Vec<u8>>;
}

#[cfg(test)]
#[path = "known_tests.rs"]
mod tests;
