//! The string pool: every text of the database, once, with how often it is referred to.
//!
//! `_StringData` has the texts one after the other. `_StringPool` begins with the code page, and then has for each text its length in
//! bytes and the number of references, two bytes each. Texts have numbers from 1 on; 0 is no text.

use std::collections::HashMap;

use zeroize::Zeroizing;

use crate::Error;

/// Windows-1252, which is what Western systems have; texts are ASCII then.
const WINDOWS_1252: u32 = 1252;
const UTF_8: u32 = 65001;

#[derive(Default)]
pub(super) struct Strings {
    numbers: HashMap<String, u16>,
    texts: Vec<(String, u16)>,
}

impl Strings {
    /// The number of `text`, which has one reference more now.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there are more texts or references than can be counted, or the text is too long.
    pub(super) fn number(&mut self, text: &str) -> Result<u16, Error> {
        if text.is_empty() {
            return Ok(0);
        }
        if u16::try_from(text.len()).is_err() {
            return Err(Error::Invalid("a text is longer than one can be in an msi".to_owned()));
        }
        let number = if let Some(number) = self.numbers.get(text) {
            *number
        } else {
            let number = u16::try_from(self.texts.len() + 1).map_err(|_| too_many())?;
            self.numbers.insert(text.to_owned(), number);
            self.texts.push((text.to_owned(), 0));
            number
        };
        let (_, references) = self.texts.get_mut(usize::from(number) - 1).ok_or_else(too_many)?;
        *references = references.checked_add(1).ok_or_else(too_many)?;
        Ok(number)
    }

    /// What `_StringPool` and `_StringData` hold.
    pub(super) fn streams(&self) -> [Zeroizing<Vec<u8>>; 2] {
        let is_ascii = self.texts.iter().all(|(text, _)| text.is_ascii());
        let size = self.texts.iter().map(|(text, _)| text.len()).sum();
        let mut pool = Zeroizing::new(Vec::with_capacity(4 + 4 * self.texts.len()));
        let mut data = Zeroizing::new(Vec::with_capacity(size));
        let code_page = if is_ascii { WINDOWS_1252 } else { UTF_8 };
        pool.extend_from_slice(&code_page.to_le_bytes());
        for (text, references) in &self.texts {
            pool.extend_from_slice(&u16::try_from(text.len()).unwrap_or(0).to_le_bytes());
            pool.extend_from_slice(&references.to_le_bytes());
            data.extend_from_slice(text.as_bytes());
        }
        [pool, data]
    }
}

fn too_many() -> Error {
    Error::Invalid("there are more texts than an msi can have".to_owned())
}
