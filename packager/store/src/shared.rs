//! Shared parts: stored once under their SHA-256, found by a key that names what they were made of.

mod reading;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use packager_artifact::{Sha256Digest, SharedPart};
use packager_durable::sync_folder;
use packager_faults::{self as faults, Part, Point};

use crate::index::Index;
use crate::pending::lock;
use crate::shared_file::Checks;
use crate::{Collected, Error, SharedEntry, SharedKey, SharedWriter};

/// The shared parts of a store.
pub struct SharedParts {
    folder: PathBuf,
    temporary: PathBuf,
    index: Arc<Index>,
    /// Held while a part is read as a whole: of those who need it verified, one reads it.
    verifying: Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    parts: HashMap<Sha256Digest, Present>,
    /// How many times live packages refer to a part, whether or not it is there.
    uses: HashMap<Sha256Digest, usize>,
    /// Counts collections.
    generation: u64,
}

struct Present {
    size_bytes: u64,
    /// The generation in which the part was last asked for.
    asked_for: u64,
    /// Checks of its blocks, once this process knows that its bytes are those of its name.
    checks: Option<Arc<Checks>>,
}

impl SharedParts {
    pub(crate) fn new(dir: &Path, index: Arc<Index>) -> Self {
        Self {
            folder: dir.join("shared"),
            temporary: dir.join("tmp"),
            index,
            verifying: Mutex::default(),
            state: Mutex::default(),
        }
    }

    /// Drops entries whose part is not there or has another length, and removes parts that nothing refers to.
    pub(crate) fn load(&self) -> Result<(), Error> {
        let io = || Error::io("list the shared parts");
        let mut named = HashSet::new();
        for (key, SharedEntry { part, .. }) in self.index.shared_entries()? {
            if self.is_whole(&part) {
                named.insert(part.sha256);
            } else {
                tracing::warn!(part = %part.sha256, "a shared part is not whole and has to be made anew");
                self.index.remove_shared(&key)?;
            }
        }
        let mut state = lock(&self.state);
        state.parts.clear();
        for file in fs::read_dir(&self.folder).map_err(io())? {
            let file = file.map_err(io())?;
            let name = file.file_name();
            let Some(sha256) = name.to_str().and_then(|name| name.parse::<Sha256Digest>().ok()) else {
                tracing::warn!(name = %name.display(), "a file among the shared parts is none of the store's");
                continue;
            };
            if named.contains(&sha256) || state.uses.contains_key(&sha256) {
                let size_bytes = file.metadata().map_err(io())?.len();
                state.parts.insert(
                    sha256,
                    Present {
                        size_bytes,
                        asked_for: 0,
                        checks: None,
                    },
                );
            } else {
                fs::remove_file(file.path()).map_err(io())?;
            }
        }
        Ok(())
    }

    /// The part made under `key`, if it is there and has its length. A broken part is dropped, so that it is made anew.
    pub fn lookup(&self, key: &SharedKey) -> Result<Option<SharedEntry>, Error> {
        let Some(entry) = self.index.shared_entry(&key.0)? else {
            return Ok(None);
        };
        if self.hold(&entry.part) {
            return Ok(Some(entry));
        }
        tracing::warn!(part = %entry.part.sha256, "a shared part is not whole and has to be made anew");
        self.drop_broken(&entry.part.sha256)?;
        Ok(None)
    }

    /// All parts that there are, with what composing must know of them.
    pub fn entries(&self) -> Result<Vec<SharedEntry>, Error> {
        let entries = self.index.shared_entries()?;
        Ok(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    /// Begins a new part.
    pub fn writer(&self) -> Result<SharedWriter, Error> {
        let file = tempfile::NamedTempFile::new_in(&self.temporary).map_err(Error::io("write a shared part"))?;
        Ok(SharedWriter::new(file))
    }

    /// Stores what was written under its SHA-256 and remembers it under `key`. On return both are on the disk.
    pub fn commit(
        &self,
        key: &SharedKey,
        writer: SharedWriter,
        notes: serde_json::Value,
    ) -> Result<SharedEntry, Error> {
        let io = || Error::io("write a shared part");
        let at = |step| faults::point(Point::Part(step)).map_err(io());
        let (file, part, checks) = writer.finish().map_err(io())?;
        // The long wait, for all the bytes, before the lock.
        file.as_file().sync_all().map_err(io())?;
        at(Part::Written)?;
        let entry = SharedEntry { part, notes };
        {
            let mut state = lock(&self.state);
            let asked_for = state.generation;
            // In place of an equal part, which readers keep open, or of a broken one.
            file.persist(self.path(&part.sha256))
                .map_err(|error| io()(error.error))?;
            state.parts.insert(
                part.sha256,
                Present {
                    size_bytes: part.size_bytes,
                    asked_for,
                    checks: Some(Arc::new(checks.into())),
                },
            );
        }
        at(Part::Renamed)?;
        sync_folder(&self.folder).map_err(io())?;
        at(Part::Synced)?;
        self.index.insert_shared(&key.0, &entry)?;
        at(Part::Indexed)?;
        Ok(entry)
    }

    /// Removes every part that no live package refers to, that is not under one of the keys `keep`, and that nobody
    /// asked for since the last call: a build under way may be about to refer to it.
    pub fn collect_garbage(&self, keep: &[SharedKey]) -> Result<Collected, Error> {
        let mut kept = HashSet::new();
        for key in keep {
            if let Some(entry) = self.index.shared_entry(&key.0)? {
                kept.insert(entry.part.sha256);
            }
        }
        let mut state = lock(&self.state);
        let since = state.generation;
        state.generation += 1;
        let mut garbage = Vec::new();
        for (sha256, present) in &state.parts {
            if present.asked_for < since && !kept.contains(sha256) && !state.uses.contains_key(sha256) {
                garbage.push((*sha256, present.size_bytes));
            }
        }
        let mut collected = Collected::default();
        for (sha256, size_bytes) in garbage {
            self.remove(&mut state, &sha256)?;
            collected.parts += 1;
            collected.bytes += size_bytes;
        }
        Ok(collected)
    }

    /// The size of all parts together.
    pub(crate) fn size_bytes(&self) -> u64 {
        lock(&self.state).parts.values().map(|part| part.size_bytes).sum()
    }

    /// Whether a part is there with its length; and if so, keeps it through the next collection.
    pub fn hold(&self, part: &SharedPart) -> bool {
        let mut state = lock(&self.state);
        let generation = state.generation;
        match state.parts.get_mut(&part.sha256) {
            Some(present) => present.asked_for = generation,
            None => return false,
        }
        self.is_whole(part)
    }

    /// Whether a part is there with its length.
    pub(crate) fn is_whole(&self, part: &SharedPart) -> bool {
        fs::metadata(self.path(&part.sha256)).is_ok_and(|file| file.is_file() && file.len() == part.size_bytes)
    }

    /// The same; a part that is not is dropped, so that it is known to be missing.
    pub(crate) fn is_whole_or_dropped(&self, part: &SharedPart) -> bool {
        let gone: io::Result<()> = Err(io::ErrorKind::NotFound.into());
        self.is_whole(part) || self.distrust_on_error(part, gone).is_ok()
    }

    /// How many parts live packages refer to that are not there.
    #[must_use]
    pub fn missing(&self) -> usize {
        let state = lock(&self.state);
        state
            .uses
            .keys()
            .filter(|sha256| !state.parts.contains_key(sha256))
            .count()
    }

    /// Begins to count references anew.
    pub(crate) fn forget_uses(&self) {
        lock(&self.state).uses.clear();
    }

    /// Counts the references of a package that has become live.
    pub(crate) fn begin_use(&self, parts: impl Iterator<Item = SharedPart>) {
        let mut state = lock(&self.state);
        for part in parts {
            *state.uses.entry(part.sha256).or_default() += 1;
        }
    }

    /// Takes back what [`Self::begin_use`] counted.
    pub(crate) fn end_use(&self, parts: impl Iterator<Item = SharedPart>) {
        let mut state = lock(&self.state);
        for part in parts {
            if let Entry::Occupied(mut uses) = state.uses.entry(part.sha256) {
                *uses.get_mut() -= 1;
                if *uses.get() == 0 {
                    uses.remove();
                }
            }
        }
    }

    fn drop_broken(&self, sha256: &Sha256Digest) -> Result<(), Error> {
        self.remove(&mut lock(&self.state), sha256)
    }

    /// Removes the entries of a part first, then the part.
    fn remove(&self, state: &mut State, sha256: &Sha256Digest) -> Result<(), Error> {
        for (key, entry) in self.index.shared_entries()? {
            if entry.part.sha256 == *sha256 {
                self.index.remove_shared(&key)?;
            }
        }
        let at = |step| faults::point(Point::Part(step)).map_err(Error::io("remove a shared part"));
        at(Part::Forgotten)?;
        state.parts.remove(sha256);
        match fs::remove_file(self.path(sha256)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove a shared part")(error)),
            _ => at(Part::Removed),
        }
    }

    fn path(&self, sha256: &Sha256Digest) -> PathBuf {
        self.folder.join(sha256.to_string())
    }
}

impl fmt::Debug for SharedParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedParts")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
