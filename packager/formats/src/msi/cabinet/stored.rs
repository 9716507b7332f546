//! A folder that is not compressed.

use std::io::{self, Write};

use zeroize::Zeroizing;

use super::data::{BLOCK_SIZE, data_header};

/// Writes what it is given as blocks. It holds no more than one, whose memory is cleared in the end.
pub(super) struct Folder<W> {
    /// Has room for a block, and never grows: a vector that grows leaves copies of a secret behind.
    block: Zeroizing<Vec<u8>>,
    out: W,
}

impl<W: Write> Folder<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            block: Zeroizing::new(Vec::with_capacity(BLOCK_SIZE)),
            out,
        }
    }

    pub(super) fn take(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let room = BLOCK_SIZE - self.block.len();
            let (taken, rest) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            self.block.extend_from_slice(taken);
            bytes = rest;
            if self.block.len() == BLOCK_SIZE {
                self.end_block()?;
            }
        }
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        self.out.write_all(&data_header(&self.block, self.block.len()))?;
        self.out.write_all(&self.block)?;
        self.block.clear();
        Ok(())
    }

    /// Ends the last block, and gives back the writer.
    pub(super) fn finish(mut self) -> io::Result<W> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        Ok(self.out)
    }
}
