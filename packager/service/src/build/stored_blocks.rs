//! Compressed blocks in the shared parts of a store.

use std::sync::Arc;

use packager_formats::{BlockId, KnownBlocks, LocatedBlock, SharedNotes};
use packager_store::{SharedEntry, Store};

/// Finds a block in whichever part has it.
pub(super) struct StoredBlocks(pub(super) Arc<Store>);

impl KnownBlocks for StoredBlocks {
    fn find(&self, id: &BlockId) -> Option<Vec<u8>> {
        // There is a handful of parts, and to look through what is known of them takes less than a block does to be read.
        let entries = self.0.shared().entries().ok()?;
        entries.into_iter().find_map(|SharedEntry { part, notes }| {
            let notes: SharedNotes = serde_json::from_value(notes).ok()?;
            let blocks = notes.blocks(part.size_bytes);
            let LocatedBlock { range, .. } = blocks.into_iter().find(|block| block.id == *id)?;
            // A part that is damaged is no reason to fail: the store has noticed, and the block is made anew.
            self.0.shared().read_range(&part, &range).ok()
        })
    }
}

#[cfg(test)]
#[path = "stored_blocks_tests.rs"]
mod tests;
