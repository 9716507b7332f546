//! Writing the index anew under another master key.
//!
//! The index keeps what it once held in old segments of its log, and with it fingerprints under the old key, against
//! which whoever has that key could try requests. So it is not changed but copied, and the old one is overwritten.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::index::{Index, Stored};
use crate::shred::shred;
use crate::{Error, PackageId};

const INDEX: &str = "index";
const NEW: &str = "index.new";
const OLD: &str = "index.old";

/// Puts the index back in its place if a rotation was interrupted between its two renames. To be called before the
/// index is opened.
pub(crate) fn mend(dir: &Path) -> Result<(), Error> {
    let (index, old) = (dir.join(INDEX), dir.join(OLD));
    if old.exists() && !index.exists() {
        rename(&old, &index, dir)?;
    }
    Ok(())
}

/// Makes the new index beside the one in use: every record, changed by `change`.
pub(crate) fn copy(
    dir: &Path,
    index: &Index,
    mut change: impl FnMut(PackageId, Stored) -> Result<Stored, Error>,
) -> Result<(), Error> {
    let path = dir.join(NEW);
    remove(&path)?;
    packager_durable::make_folder(&path).map_err(Error::io("make the new index"))?;
    let new = index.beside(&path)?;
    for first in 0..=u8::MAX {
        for (id, stored) in index.scan(first)? {
            new.replace(id, None, Some(&change(id, stored)?));
        }
    }
    for (key, entry) in index.shared_entries()? {
        new.insert_shared(&String::from_utf8_lossy(&key), &entry)?;
    }
    // A change that could not be written is in memory alone.
    if !new.is_sound() {
        return Err(Error::Unusable);
    }
    new.flush()
}

/// Puts the new index in the place of the old one, which must not be open any more.
pub(crate) fn swap(dir: &Path, step: &mut dyn FnMut() -> Result<(), Error>) -> Result<(), Error> {
    remove(&dir.join(OLD))?;
    rename(&dir.join(INDEX), &dir.join(OLD), dir)?;
    step()?;
    rename(&dir.join(NEW), &dir.join(INDEX), dir)?;
    step()?;
    remove(&dir.join(OLD))
}

fn rename(from: &Path, to: &Path, dir: &Path) -> Result<(), Error> {
    let rename = || {
        fs::rename(from, to)?;
        fs::File::open(dir)?.sync_all()
    };
    rename().map_err(Error::io("replace the index"))
}

/// Overwrites and removes all files of an index, if it is there.
fn remove(path: &Path) -> Result<(), Error> {
    let remove = || {
        if !path.exists() {
            return Ok(());
        }
        let mut files = Vec::new();
        list(path, &mut files)?;
        shred(files).map_err(|(_, error)| error)?;
        fs::remove_dir_all(path)
    };
    remove().map_err(Error::io("destroy the old index"))
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}
