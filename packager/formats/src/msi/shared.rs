//! The part of a package that many packages share: a cabinet, or the index.

use std::collections::HashSet;
use std::io::Write;

use packager_artifact::SharedPart;
use serde::{Deserialize, Serialize};

use super::cabinet::{CabinetFile, Packed, Packing, write_cabinet};
use super::compound::SECTOR_SIZE;
use super::listed::{FileNotes, Listed, What};
use super::{compound, names};
use crate::stream::Effort;
use crate::{Entry, Error, Kind, Privacy, Tree};

/// What composing an msi must know of a shared part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedNotes(Notes);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Notes {
    /// A cabinet and what is in it.
    Cabinet(Vec<Listed>),
    /// The FAT of the shared parts in front of it.
    Index,
}

impl SharedNotes {
    /// What is in a cabinet.
    pub(super) fn entries(&self) -> Option<&[Listed]> {
        match &self.0 {
            Notes::Cabinet(entries) => Some(entries),
            Notes::Index => None,
        }
    }
}

/// Writes the files of `tree` as a cabinet, which fills whole sectors of the compound file.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read or `out` cannot be written; [`Error::Mismatch`] when a file is not as long
/// as it said, or is there twice; [`Error::Invalid`] when there is a link, no file, or more than fits into a cabinet.
pub fn write_shared<W: Write>(tree: &Tree, effort: Effort, build_time: u64, out: W) -> Result<(W, SharedNotes), Error> {
    let (out, entries) = write_files(tree, &Packing::MsZip(effort), SECTOR_SIZE as u64, build_time, out)?;
    Ok((out, SharedNotes(Notes::Cabinet(entries))))
}

/// The sectors of the FAT that are the same in all packages of these shared parts, if there are any: a shared part to stand behind
/// them.
///
/// # Errors
/// [`Error::Mismatch`] if one of them is no whole number of sectors long.
pub fn index(shared: &[(SharedPart, &SharedNotes)]) -> Result<Option<(Vec<u8>, SharedNotes)>, Error> {
    let bytes = compound::index(shared.iter().map(|(part, _)| part.size_bytes))?;
    Ok(bytes.map(|bytes| (bytes, SharedNotes(Notes::Index))))
}

/// Writes a cabinet of the files of `tree`, as [`write_cabinet`] does, and says what is in it.
pub(super) fn write_files<W: Write>(
    tree: &Tree,
    packing: &Packing,
    granule: u64,
    build_time: u64,
    out: W,
) -> Result<(W, Vec<Listed>), Error> {
    let files: Vec<_> = tree.entries().iter().filter_map(cabinet_file).collect();
    // To Windows, and to their keys, names that differ in case alone are the same.
    let mut keys = HashSet::new();
    if let Some(double) = files.iter().find(|file| !keys.insert(&file.key)) {
        return Err(Error::Mismatch(format!("{} is there twice", double.path)));
    }
    let (out, packed, _) = write_cabinet(&files, packing, granule, build_time, out)?;
    let mut packed = packed.into_iter();
    let entries = tree.entries().iter().map(|entry| listed(entry, &mut packed));
    Ok((out, entries.collect::<Result<_, _>>()?))
}

fn cabinet_file(entry: &Entry) -> Option<CabinetFile<'_>> {
    match &entry.kind {
        Kind::File { content, .. } => Some(CabinetFile {
            key: names::file(entry.path.as_str()),
            path: &entry.path,
            content: &**content,
        }),
        Kind::Directory | Kind::HostDirectory | Kind::Symlink(_) => None,
    }
}

fn listed(entry: &Entry, packed: &mut impl Iterator<Item = Packed>) -> Result<Listed, Error> {
    let unknown = || Error::Invalid(format!("{} is nothing that an msi can have", entry.path));
    let what = match &entry.kind {
        Kind::Directory => What::Directory,
        Kind::File { privacy, .. } => {
            let packed = packed.next().ok_or_else(unknown)?;
            let is_secret = *privacy == Privacy::Secret;
            What::File(FileNotes {
                size_bytes: packed.size_bytes,
                md5: (!is_secret).then_some(packed.md5),
                version: packed.version,
                is_secret,
            })
        }
        Kind::HostDirectory | Kind::Symlink(_) => return Err(unknown()),
    };
    Ok(Listed {
        path: entry.path.as_str().to_owned(),
        what,
    })
}
