//! Shared parts: stored once under their SHA-256, found by a key that names what they were made of.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use packager_artifact::{DigestWriter, Sha256Digest, SharedBytes, SharedPart};
use serde::{Deserialize, Serialize};
use sled::Tree;

use crate::pending::lock;
use crate::{Error, SharedWriter};

/// Names what a shared part was made of: the target hashes, the platform, the format, the writer's revision. Any text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SharedKey(String);

impl SharedKey {
    /// Takes the text of a key.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A shared part, and what its maker wants to remember of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedEntry {
    /// The part.
    pub part: SharedPart,
    /// The maker's notes, which mean nothing to the store: checksums of files, sizes, states to go on from.
    pub notes: serde_json::Value,
}

/// What a collection removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Collected {
    /// How many parts.
    pub parts: usize,
    /// Their size together.
    pub bytes: u64,
}

/// The shared parts of a store.
pub struct SharedParts {
    folder: PathBuf,
    temporary: PathBuf,
    /// Key to [`SharedEntry`].
    entries: Tree,
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
}

impl SharedParts {
    pub(crate) fn new(dir: &Path, entries: Tree) -> Self {
        Self {
            folder: dir.join("shared"),
            temporary: dir.join("tmp"),
            entries,
            state: Mutex::default(),
        }
    }

    /// Drops entries whose part is not there or has another length, and removes parts that nothing refers to.
    pub(crate) fn load(&self) -> Result<(), Error> {
        let io = || Error::io("list the shared parts");
        let mut named = HashSet::new();
        for entry in &self.entries {
            let (key, value) = entry?;
            let part = serde_json::from_slice::<SharedEntry>(&value)?.part;
            if self.is_whole(&part) {
                named.insert(part.sha256);
            } else {
                tracing::warn!(part = %part.sha256, "a shared part is not whole and has to be made anew");
                self.entries.remove(key)?;
            }
        }
        let mut state = lock(&self.state);
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
        let Some(value) = self.entries.get(&key.0)? else {
            return Ok(None);
        };
        let entry: SharedEntry = serde_json::from_slice(&value)?;
        if self.hold(&entry.part) {
            return Ok(Some(entry));
        }
        tracing::warn!(part = %entry.part.sha256, "a shared part is not whole and has to be made anew");
        self.drop_broken(&entry.part.sha256)?;
        Ok(None)
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
        let (file, part) = writer.finish().map_err(io())?;
        // The long wait, for all the bytes, before the lock.
        file.as_file().sync_all().map_err(io())?;
        let entry = SharedEntry { part, notes };
        let value = serde_json::to_vec(&entry)?;
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
                },
            );
        }
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(io())?;
        self.entries.insert(&key.0, value)?;
        self.entries.flush()?;
        Ok(entry)
    }

    /// Opens a part as a file, at its first byte. The file stays readable when the part is collected.
    ///
    /// # Errors
    /// When the part is not there, or has another length ([`io::ErrorKind::InvalidData`]).
    pub fn open_file(&self, part: &SharedPart) -> io::Result<File> {
        let file = File::open(self.path(&part.sha256))?;
        if file.metadata()?.len() == part.size_bytes {
            Ok(file)
        } else {
            Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a shared part is not as long as its reference says",
            ))
        }
    }

    /// Reads a whole part and says whether it is what its name says. One that is not is dropped, so that it is made
    /// anew; packages that refer to it do not open until then.
    pub fn verify(&self, part: &SharedPart) -> Result<bool, Error> {
        let mut file = match self.open_file(part) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
                self.drop_broken(&part.sha256)?;
                return Ok(false);
            }
            Err(error) => return Err(Error::io("read a shared part")(error)),
        };
        let mut digest = DigestWriter::new(io::sink());
        io::copy(&mut file, &mut digest).map_err(Error::io("read a shared part"))?;
        let (_, sha256, size_bytes) = digest.finish();
        if (SharedPart { sha256, size_bytes }) == *part {
            return Ok(true);
        }
        tracing::warn!(part = %part.sha256, "a shared part is damaged and has to be made anew");
        self.drop_broken(&part.sha256)?;
        Ok(false)
    }

    /// Removes every part that no live package refers to, that is not under one of the keys `keep`, and that nobody
    /// asked for since the last call: a build under way may be about to refer to it.
    pub fn collect_garbage(&self, keep: &[SharedKey]) -> Result<Collected, Error> {
        let mut kept = HashSet::new();
        for key in keep {
            if let Some(value) = self.entries.get(&key.0)? {
                kept.insert(serde_json::from_slice::<SharedEntry>(&value)?.part.sha256);
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
        for entry in &self.entries {
            let (key, value) = entry?;
            if serde_json::from_slice::<SharedEntry>(&value)?.part.sha256 == *sha256 {
                self.entries.remove(key)?;
            }
        }
        state.parts.remove(sha256);
        match fs::remove_file(self.path(sha256)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::io("remove a shared part")(error)),
            _ => Ok(()),
        }
    }

    fn path(&self, sha256: &Sha256Digest) -> PathBuf {
        self.folder.join(sha256.to_string())
    }
}

impl SharedBytes for SharedParts {
    fn open(&self, part: &SharedPart) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.open_file(part)?))
    }
}

impl fmt::Debug for SharedParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedParts")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
