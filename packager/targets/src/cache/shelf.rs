//! What the cache holds, how much of it, and who uses it.
//!
//! Everything on the shelf has a size and the moment of its last use. Whoever uses it holds a [`Lease`]. When more lies
//! there than the limit allows, what was used longest ago and is leased to nobody goes first; what is leased goes when
//! its last lease ends, if there is still too much. So builds go on under a limit that is smaller than one release,
//! and no file vanishes under its reader. Room is made for what has come, not for what may come: a download that fails
//! costs nothing that could still be built from. Builds lease the targets of their channels each time, so the targets of
//! channels that are asked for are those that stay.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::key::CacheKey;

/// Something on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Item {
    /// A target file.
    Target(CacheKey),
    /// A folder with the contents of an archive, numbered as it was made.
    Unpacked(u64),
}

/// The shelf.
#[derive(Debug)]
pub(crate) struct Shelf(Mutex<State>);

#[derive(Debug)]
struct State {
    limit_bytes: u64,
    used_bytes: u64,
    /// Counts uses.
    clock: u64,
    entries: HashMap<Item, Entry>,
}

#[derive(Debug)]
struct Entry {
    path: PathBuf,
    size_bytes: u64,
    last_used: u64,
    leases: usize,
    /// The target that this was unpacked from: it goes when that goes.
    archive: Option<CacheKey>,
    standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Good,
    /// Somebody has read other bytes than there should be, here or elsewhere on the shelf.
    Suspect,
    /// To be removed with its last lease.
    Doomed,
}

/// Holds something on the shelf in its place.
#[derive(Debug)]
pub(crate) struct Lease {
    shelf: Arc<Shelf>,
    item: Item,
}

impl Shelf {
    pub(crate) fn new(limit_bytes: u64) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            limit_bytes,
            used_bytes: 0,
            clock: 0,
            entries: HashMap::new(),
        })))
    }

    /// Puts `item` on the shelf, or replaces what was there under its name, and leases it.
    pub(crate) fn put(
        self: &Arc<Self>,
        item: Item,
        path: PathBuf,
        size_bytes: u64,
        archive: Option<CacheKey>,
    ) -> Lease {
        let mut state = self.lock();
        state.clock += 1;
        let mut entry = Entry {
            path,
            size_bytes,
            last_used: state.clock,
            leases: 1,
            archive,
            standing: Standing::Good,
        };
        if let Some(before) = state.entries.remove(&item) {
            state.used_bytes = state.used_bytes.saturating_sub(before.size_bytes);
            entry.leases += before.leases;
        }
        state.used_bytes = state.used_bytes.saturating_add(size_bytes);
        state.entries.insert(item.clone(), entry);
        state.evict();
        drop(state);
        Lease {
            shelf: Arc::clone(self),
            item,
        }
    }

    /// Leases `item`, if it is there.
    pub(crate) fn lease(self: &Arc<Self>, item: &Item) -> Option<Lease> {
        let mut state = self.lock();
        state.clock += 1;
        let clock = state.clock;
        let entry = state.entries.get_mut(item)?;
        if entry.standing == Standing::Doomed {
            return None;
        }
        entry.last_used = clock;
        entry.leases += 1;
        Some(Lease {
            shelf: Arc::clone(self),
            item: item.clone(),
        })
    }

    pub(crate) fn holds(&self, item: &Item) -> bool {
        self.lock().entries.contains_key(item)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    pub(crate) fn item(&self) -> &Item {
        &self.item
    }

    /// Notes that the files are not what they were. A disk that has changed one file may have changed others: all are looked
    /// at again before their next use.
    pub(crate) fn suspect(&self) {
        for entry in self.shelf.lock().entries.values_mut() {
            if entry.standing == Standing::Good {
                entry.standing = Standing::Suspect;
            }
        }
    }

    pub(crate) fn is_suspect(&self) -> bool {
        let state = self.shelf.lock();
        let entry = state.entries.get(&self.item);
        entry.is_some_and(|entry| entry.standing == Standing::Suspect)
    }

    /// Notes that the files are what they should be.
    pub(crate) fn trust(&self) {
        self.stand(Standing::Good);
    }

    /// Has the files removed as soon as nobody uses them.
    pub(crate) fn doom(&self) {
        self.stand(Standing::Doomed);
    }

    fn stand(&self, standing: Standing) {
        if let Some(entry) = self.shelf.lock().entries.get_mut(&self.item) {
            entry.standing = standing;
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut state = self.shelf.lock();
        let Some(entry) = state.entries.get_mut(&self.item) else {
            return;
        };
        entry.leases = entry.leases.saturating_sub(1);
        if entry.leases == 0 && entry.standing == Standing::Doomed {
            state.remove(&self.item);
        }
        state.evict();
    }
}

impl State {
    /// Removes what can be removed until the limit is kept. Unlinking takes a moment and no more; that it happens under
    /// the lock is what makes it safe to lease.
    fn evict(&mut self) {
        while self.used_bytes > self.limit_bytes {
            let unused = self.entries.iter().filter(|(_, entry)| entry.leases == 0);
            let Some(item) = unused.min_by_key(|(_, entry)| entry.last_used).map(|(item, _)| item) else {
                return;
            };
            let item = item.clone();
            self.remove(&item);
        }
    }

    fn remove(&mut self, item: &Item) {
        let Some(entry) = self.entries.remove(item) else {
            return;
        };
        self.used_bytes = self.used_bytes.saturating_sub(entry.size_bytes);
        if let Err(error) = remove(&entry.path) {
            // It is counted, and removed, at the next start.
            tracing::warn!(path = %entry.path.display(), %error, "a file of the cache cannot be removed");
        }
        if let Item::Target(key) = item {
            self.remove_unpacked(key);
        }
    }

    /// The contents of an archive go with it.
    fn remove_unpacked(&mut self, archive: &CacheKey) {
        let mut unused = Vec::new();
        for (item, entry) in &mut self.entries {
            if entry.archive.as_ref() == Some(archive) {
                entry.standing = Standing::Doomed;
                if entry.leases == 0 {
                    unused.push(item.clone());
                }
            }
        }
        for item in unused {
            self.remove(&item);
        }
    }
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() {
        std::fs::remove_dir_all(path)
    } else {
        std::fs::remove_file(path)
    };
    removed.or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })
}

#[cfg(test)]
#[path = "shelf_tests.rs"]
mod tests;
