//! Replacing the master key.
//!
//! A rotation is for a master key that may have become known. Afterwards nothing in the data directory opens with the
//! old key, and nothing that is made later does: the key of every sealed file is wrapped anew, in place, so that the old
//! wrapping is overwritten; the index is written anew, for it has values under the old key ([`crate::reindex`]); the
//! old key file is overwritten. There is no key between the master key and those of the files that would save this
//! work: it would outlive the rotation, and who has the old master key and an old copy of the directory would have it.
//!
//! The file `key-check` says at the beginning, durably, that the rotation is under way, and at the end that it is over.
//! In between only a rotation with the same two keys opens the directory. All steps can be repeated, so one that was
//! interrupted anywhere is finished by another run.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use jiff::Timestamp;
use rand::TryRng;
use rand::rngs::SysRng;

use crate::index::Stored;
use crate::key_check::KeyCheck;
use crate::key_file::KeyFile;
use crate::keyring::Keyring;
use crate::lock::Lock;
use crate::publish::OwnSummary;
use crate::record::Record;
use crate::seal::{self, Broken, HEADER_SIZE, Purpose, Rewrap, WRAP_OFFSET};
use crate::{Error, MasterKey, PackageId, Store, StoreSettings, reindex};

/// What a rotation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rotated {
    /// Packages, finished ones and those that are to be built, that are under the new key now.
    pub packages: usize,
    /// Those of them that an interrupted rotation, or a finished one with the same keys, had left nothing to do for.
    pub already: usize,
    /// Files that open with neither key. They are left as they are; such a package reads as failed once it is asked
    /// for.
    pub damaged: usize,
}

/// Called between one change of the disk and the next.
type Step<'a> = &'a mut dyn FnMut() -> Result<(), Error>;

/// Files written with one wait for the disk.
const BATCH: usize = 512;

impl Store {
    /// Replaces the master key `from` of the data directory `dir`, which no process may have open, by `to`. What is due
    /// at `now` is destroyed, as by [`Store::open`]. A request that failed before is not joined by equal ones any more:
    /// its fingerprint cannot be made anew, for nothing is left of it.
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::WrongMasterKey`], [`Error::SameMasterKey`]; [`Error::NothingToRotate`] where no store
    /// is; [`Error::RotationUnfinished`] when another rotation has to be finished first; [`Error::ReplacedMasterKey`]
    /// when `from` was replaced by another key than `to`; and errors of the disk, after which it can be called again.
    pub fn rotate_key(
        dir: &Path,
        from: &MasterKey,
        to: &MasterKey,
        settings: StoreSettings,
        now: Timestamp,
    ) -> Result<Rotated, Error> {
        rotate(dir, from, to, settings, now, &mut || Ok(()))
    }

    /// Replaces the key in the key file at `path` by a new random one: like [`Store::rotate_key`], and then the file,
    /// of which the old one is overwritten.
    ///
    /// # Errors
    /// Those of [`Store::rotate_key`], and [`Error::MasterKey`] when the file cannot be read or replaced.
    pub fn rotate_key_file(dir: &Path, path: &Path, settings: StoreSettings, now: Timestamp) -> Result<Rotated, Error> {
        rotate_file(dir, path, settings, now, &mut || Ok(()))
    }
}

fn rotate_file(
    dir: &Path,
    path: &Path,
    settings: StoreSettings,
    now: Timestamp,
    step: Step<'_>,
) -> Result<Rotated, Error> {
    let (lock, known) = begin(dir)?;
    let file = KeyFile::at(path)?;
    let key = file.key()?;
    let new = match known {
        KeyCheck::Rotating { to, .. } if to == Keyring::derive(&key).check() => {
            // It was interrupted when the key file had been replaced, which is after everything else.
            file.destroy_old()?;
            step()?;
            Rotation { dir, lock, known }.end()?;
            return Ok(Rotated::default());
        }
        // Without a new key beside it, it was a rotation to one that is kept elsewhere.
        KeyCheck::Rotating { .. } => file.new_key()?.ok_or(Error::RotationUnfinished)?,
        KeyCheck::InUse { .. } => {
            known.admit(Keyring::derive(&key).check())?;
            file.make_new_key()?
        }
    };
    step()?;
    let rotation = Rotation::begin(dir, lock, known, &key, &new)?;
    step()?;
    let (rotation, rotated) = rotation.run(&key, &new, settings, now, step)?;
    file.replace()?;
    step()?;
    file.destroy_old()?;
    step()?;
    rotation.end()?;
    Ok(rotated)
}

fn rotate(
    dir: &Path,
    from: &MasterKey,
    to: &MasterKey,
    settings: StoreSettings,
    now: Timestamp,
    step: Step<'_>,
) -> Result<Rotated, Error> {
    let (lock, known) = begin(dir)?;
    let (old, new) = (Keyring::derive(from).check(), Keyring::derive(to).check());
    if old == new {
        return Err(Error::SameMasterKey);
    }
    if known
        == (KeyCheck::InUse {
            key: new,
            replaced: Some(old),
        })
    {
        return Ok(Rotated::default());
    }
    let rotation = Rotation::begin(dir, lock, known, from, to)?;
    step()?;
    let (rotation, rotated) = rotation.run(from, to, settings, now, step)?;
    rotation.end()?;
    Ok(rotated)
}

/// Takes the data directory for itself, and says what is known of its key.
fn begin(dir: &Path) -> Result<(Lock, KeyCheck), Error> {
    // Not made where it is not: a mistyped path should be noticed.
    if !dir.join("packages").is_dir() {
        return Err(Error::NothingToRotate);
    }
    let lock = Lock::take(dir)?;
    let known = KeyCheck::read(dir)?.ok_or(Error::NothingToRotate)?;
    Ok((lock, known))
}

/// A rotation that has been begun, on the disk too.
struct Rotation<'a> {
    dir: &'a Path,
    lock: Lock,
    known: KeyCheck,
}

impl<'a> Rotation<'a> {
    fn begin(dir: &'a Path, lock: Lock, known: KeyCheck, from: &MasterKey, to: &MasterKey) -> Result<Self, Error> {
        let (from, to) = (Keyring::derive(from).check(), Keyring::derive(to).check());
        let begun = KeyCheck::Rotating { from, to };
        match known {
            KeyCheck::InUse { .. } => {
                known.admit(from)?;
                begun.write(dir)?;
            }
            KeyCheck::Rotating { .. } if known == begun => {}
            KeyCheck::Rotating { .. } => {
                known.admit(from)?;
                return Err(Error::RotationUnfinished);
            }
        }
        Ok(Self {
            dir,
            lock,
            known: begun,
        })
    }

    /// Brings all files, and then the index, under the key `to`.
    fn run(
        self,
        from: &MasterKey,
        to: &MasterKey,
        settings: StoreSettings,
        now: Timestamp,
        step: Step<'_>,
    ) -> Result<(Self, Rotated), Error> {
        let Self { dir, lock, known } = self;
        reindex::mend(dir)?;
        let keyring = Keyring::derive(to).with_replaced(Keyring::derive(from));
        let store = Store::open_locked(dir, lock, keyring, Some(known), settings, now)?;
        step()?;
        let rotated = store.rewrap_all(step)?;
        reindex::copy(dir, &store.index, |id, stored| store.under_new_key(id, stored))?;
        step()?;
        // What is left of the store is closed before its index is replaced.
        let Store {
            _lock: lock,
            index,
            shared,
            ..
        } = store;
        drop((index, shared));
        reindex::swap(dir, step)?;
        step()?;
        Ok((Self { dir, lock, known }, rotated))
    }

    /// Says that the new key is the one in use.
    fn end(self) -> Result<(), Error> {
        let KeyCheck::Rotating { from, to } = self.known else {
            return Ok(());
        };
        let (key, replaced) = (to, Some(from));
        KeyCheck::InUse { key, replaced }.write(self.dir)?;
        drop(self.lock);
        Ok(())
    }
}

impl Store {
    /// Wraps the keys of all sealed files anew, in place.
    fn rewrap_all(&self, step: Step<'_>) -> Result<Rotated, Error> {
        let mut rotated = Rotated::default();
        let mut unsynced = Vec::new();
        for first in 0..=u8::MAX {
            let folder = self.dir.join("packages").join(format!("{first:02x}"));
            for entry in fs::read_dir(folder).map_err(Error::io("list the stored packages"))? {
                let entry = entry.map_err(Error::io("list the stored packages"))?;
                let name = entry.file_name();
                let Some((id, purpose)) = name.to_str().and_then(parse_name) else {
                    continue;
                };
                match self.rewrap(id, purpose).map_err(Error::io("write a package"))? {
                    Ok(Some(file)) => {
                        rotated.packages += 1;
                        unsynced.push(file);
                        step()?;
                    }
                    Ok(None) => {
                        rotated.packages += 1;
                        rotated.already += 1;
                    }
                    Err(broken) => {
                        rotated.damaged += 1;
                        tracing::warn!(package = %id.short(), ?broken, "a stored package opens with neither key");
                    }
                }
                if unsynced.len() >= BATCH {
                    sync(&mut unsynced)?;
                }
            }
        }
        sync(&mut unsynced)?;
        step()?;
        Ok(rotated)
    }

    /// The file, where there was something to do, not yet synced.
    fn rewrap(&self, id: PackageId, purpose: Purpose) -> io::Result<Result<Option<File>, Broken>> {
        let file = OpenOptions::new().read(true).write(true).open(self.path(id, purpose))?;
        let mut header = [0; HEADER_SIZE];
        match file.read_exact_at(&mut header, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Err(Broken::Torn)),
            result => result?,
        }
        let mut nonce = [0; 24];
        SysRng.try_fill_bytes(&mut nonce).map_err(io::Error::other)?;
        Ok(match seal::rewrap(&self.keyring, purpose, id, &header, nonce) {
            Ok(Rewrap::Done) => Ok(None),
            Ok(Rewrap::Bytes(bytes)) => {
                file.write_all_at(&bytes, WRAP_OFFSET as u64)?;
                Ok(Some(file))
            }
            Err(broken) => Err(broken),
        })
    }

    /// What the index says of a package, with its fingerprint under the new key; without one if there is nothing to
    /// make it from, or if an equal request would not have been answered with this package.
    fn under_new_key(&self, id: PackageId, stored: Stored) -> Result<Stored, Error> {
        let Some(before) = stored.fingerprint else {
            return Ok(stored);
        };
        let is_latest = self.index.find(&before)? == Some(id);
        let fingerprint = if is_latest && matches!(stored.record, Record::Succeeded(_)) {
            let summary = self.open_own(id)?.ok().map(|sections| sections.summary);
            let summary = summary.and_then(|text| serde_json::from_slice::<OwnSummary>(&text).ok());
            summary.map(|summary| self.keyring.fingerprint(&summary.digest))
        } else {
            None
        };
        Ok(Stored { fingerprint, ..stored })
    }
}

fn parse_name(name: &str) -> Option<(PackageId, Purpose)> {
    let (id, extension) = name.split_once('.')?;
    let purpose = match extension {
        "job" => Purpose::Job,
        "own" => Purpose::Own,
        _ => return None,
    };
    Some((id.parse().ok()?, purpose))
}

/// Waits until what was written is on the disk, and closes it.
fn sync(files: &mut Vec<File>) -> Result<(), Error> {
    // One sync of the file system takes the time of a few of single files.
    let synced = match files.first() {
        Some(any) => rustix::fs::syncfs(any).map_err(io::Error::from),
        None => Ok(()),
    };
    synced.map_err(Error::io("sync the stored packages"))?;
    files.clear();
    Ok(())
}

#[cfg(test)]
#[path = "rotate_tests.rs"]
mod tests;
