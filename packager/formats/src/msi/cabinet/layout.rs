//! Where the files of a cabinet lie in its folder.

use std::collections::{HashMap, HashSet};

use super::CabinetFile;
use super::data::BLOCK_SIZE;
use crate::Error;

/// Most files in a cabinet, and most blocks in a folder: both are counted with 16 bits (sections 2.1 and 2.2).
const MAX_COUNT: u64 = 0xFFFF;
/// Longest key that the `File` table takes.
const MAX_KEY_BYTES: usize = 72;

/// A file's place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Where in the folder it begins.
    pub(super) offset: u32,
    pub(super) size_bytes: u32,
    /// Which file of the cabinet has the same content and is stored for both.
    pub(super) double_of: Option<usize>,
}

/// The folder.
#[derive(Debug)]
pub(super) struct Layout {
    /// In the order of the files.
    pub(super) places: Vec<Place>,
    pub(super) files: u16,
    pub(super) blocks: u16,
    /// Length of all contents together.
    pub(super) size_bytes: u32,
}

impl Layout {
    /// Has `files` lie behind each other, doubles once.
    ///
    /// # Errors
    /// [`Error::Invalid`] for no file or too many, for contents that are too long together, and for a key that cannot
    /// stand in the `File` table or stands there twice.
    pub(super) fn of(files: &[CabinetFile<'_>]) -> Result<Self, Error> {
        check_keys(files)?;
        let mut places = Vec::with_capacity(files.len());
        let mut stored = HashMap::new();
        let mut end = 0_u32;
        for (index, file) in files.iter().enumerate() {
            let size = file.content.size_bytes();
            let size_bytes = u32::try_from(size).map_err(|_| too_large())?;
            let (offset, first) = *stored
                .entry((file.content.identity(), size_bytes))
                .or_insert((end, index));
            let double_of = (first != index).then_some(first);
            if double_of.is_none() {
                end = offset.checked_add(size_bytes).ok_or_else(too_large)?;
            }
            places.push(Place {
                offset,
                size_bytes,
                double_of,
            });
        }
        Ok(Self {
            files: u16::try_from(files.len()).map_err(|_| too_many())?,
            blocks: u16::try_from(u64::from(end).div_ceil(BLOCK_SIZE as u64)).map_err(|_| too_large())?,
            size_bytes: end,
            places,
        })
    }
}

fn check_keys(files: &[CabinetFile<'_>]) -> Result<(), Error> {
    if files.is_empty() {
        return Err(Error::Invalid("a cabinet has at least one file".to_owned()));
    }
    if files.len() as u64 > MAX_COUNT {
        return Err(too_many());
    }
    let mut keys = HashSet::with_capacity(files.len());
    for CabinetFile { key, path, .. } in files {
        if !is_identifier(key) {
            return Err(Error::Invalid(format!("{key:?} cannot be the key of the file {path}")));
        }
        if !keys.insert(key) {
            return Err(Error::Invalid(format!(
                "{key:?} is the key of two files, {path} among them"
            )));
        }
    }
    Ok(())
}

/// Windows Installer's column type *Identifier*.
fn is_identifier(key: &str) -> bool {
    let begins = key.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    begins
        && key.len() <= MAX_KEY_BYTES
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}

fn too_many() -> Error {
    Error::Invalid(format!("a cabinet has at most {MAX_COUNT} files"))
}

fn too_large() -> Error {
    let most = MAX_COUNT * BLOCK_SIZE as u64;
    Error::Invalid(format!("a cabinet has at most {most} bytes of files"))
}
