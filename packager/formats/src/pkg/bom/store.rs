//! The store: numbered blocks, and names for some of them.

use crate::Error;

const MAGIC: &[u8; 8] = b"BOMStore";
const VERSION: u32 = 1;
/// Length of the header with the zeros behind it.
const HEADER_SIZE: usize = 512;

/// Blocks, and names of some.
pub(super) struct Store {
    /// Each block's place in `data` and its length.
    blocks: Vec<(usize, usize)>,
    data: Vec<u8>,
    variables: Vec<(&'static str, u32)>,
}

impl Store {
    pub(super) const fn new() -> Self {
        Self {
            // Block 0 is none.
            blocks: Vec::new(),
            data: Vec::new(),
            variables: Vec::new(),
        }
    }

    /// The number of the next block.
    pub(super) fn next(&self) -> u32 {
        // More than 32 bits of blocks do not come out of a tree in memory, and the end checks the lengths.
        u32::try_from(self.blocks.len() + 1).unwrap_or(u32::MAX)
    }

    /// Adds a block, and returns its number.
    pub(super) fn add(&mut self, block: impl AsRef<[u8]>) -> u32 {
        let (number, block) = (self.next(), block.as_ref());
        self.blocks.push((self.data.len(), block.len()));
        self.data.extend_from_slice(block);
        number
    }

    /// Names a block.
    pub(super) fn name(&mut self, name: &'static str, block: u32) {
        self.variables.push((name, block));
    }

    /// The file.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is longer than 32 bits can say.
    pub(super) fn finish(self) -> Result<Vec<u8>, Error> {
        let word = |number: usize| {
            let number = u32::try_from(number);
            number
                .map(u32::to_be_bytes)
                .map_err(|_| Error::Invalid("there are too many files for a pkg".to_owned()))
        };
        let mut variables = word(self.variables.len())?.to_vec();
        for (name, block) in &self.variables {
            variables.extend_from_slice(&block.to_be_bytes());
            // The names are constants of a few letters.
            variables.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
            variables.extend_from_slice(name.as_bytes());
        }
        let data_begin = HEADER_SIZE + variables.len();
        let mut table = word(self.blocks.len() + 1)?.to_vec();
        table.extend_from_slice(&[0; 8]);
        for (place, size) in &self.blocks {
            table.extend_from_slice(&word(data_begin + place)?);
            table.extend_from_slice(&word(*size)?);
        }
        // The list of free blocks: none, and room for two.
        table.extend_from_slice(&[0; 4 + 2 * 8]);

        let mut file = MAGIC.to_vec();
        for number in [
            VERSION.to_be_bytes(),
            word(self.blocks.len())?,
            word(data_begin + self.data.len())?,
            word(table.len())?,
            word(HEADER_SIZE)?,
            word(variables.len())?,
        ] {
            file.extend_from_slice(&number);
        }
        file.resize(HEADER_SIZE, 0);
        Ok([file, variables, self.data, table].concat())
    }
}
