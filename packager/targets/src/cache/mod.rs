//! Target files on disk, found by their hash, and never before it held.
//!
//! ```text
//! <folder>/sha512-<hex>, sha256-<hex>    verified files, named for the strongest listed hash
//! <folder>/.tmp…                         downloads under way
//! ```
//!
//! Nothing here is named by the repository. What an earlier process left is hashed once
//! more before its first use, and whatever is read is hashed as it is read. How much may lie here, and what goes first,
//! is the [`Shelf`]'s.

mod download;
mod key;
mod shelf;
mod verify;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::SystemTime;

use tough::Transport;
use url::Url;

pub(crate) use key::CacheKey;
pub(crate) use shelf::{Item, Lease, Shelf};

use crate::blocking::blocking_io;
use crate::error::{Check, Error, Subject};
use crate::hashes::Digests;
use crate::incoming::Incoming;
use crate::limits::Limits;
use crate::retry::retrying;
use crate::target::{CachedTarget, Target};

pub(crate) struct TargetCache {
    folder: PathBuf,
    shelf: Arc<Shelf>,
    /// Downloads under way, for as long as somebody cares.
    under_way: Mutex<HashMap<CacheKey, Weak<Incoming>>>,
    /// What this process has verified.
    verified: Mutex<HashMap<CacheKey, Verified>>,
}

/// What a file was when it was hashed.
#[derive(Debug, Clone, Copy)]
struct Verified {
    size_bytes: u64,
    digests: Digests,
}

impl TargetCache {
    /// A cache in `folder`, which is made if need be. Downloads that an earlier process left
    /// unfinished are removed; the files that it cached are put on the shelf, in the order of their age.
    pub(crate) fn open(folder: PathBuf, shelf: Arc<Shelf>) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        packager_durable::clear_temporary(&folder)?;
        for (key, path, size_bytes) in left_behind(&folder)? {
            shelf.put(Item::Target(key), path, size_bytes, None);
        }
        Ok(Self {
            folder,
            shelf,
            under_way: Mutex::default(),
            verified: Mutex::default(),
        })
    }

    /// The file of `target`: from the cache, or downloaded from below `url`, which ends in a
    /// slash.
    pub(crate) async fn obtain(
        &self,
        target: &Target,
        transport: &dyn Transport,
        url: &Url,
        limits: &Limits,
    ) -> Result<CachedTarget, Error> {
        let key = CacheKey::of(&target.hashes);
        if let Some(cached) = self.find(&key).await? {
            return Ok(cached);
        }
        let incoming = self.incoming(&key);
        let verified = retrying(limits.retry, || {
            download::download(&self.folder, &key, target, transport, url, limits, &incoming)
        })
        .await?;
        Ok(self.put(key, verified))
    }

    /// How far the download of a file has come, or will have.
    pub(crate) fn incoming(&self, key: &CacheKey) -> Arc<Incoming> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.retain(|_, incoming| incoming.strong_count() > 0);
        if let Some(incoming) = under_way
            .get(key)
            .and_then(Weak::upgrade)
            .filter(|incoming| !incoming.has_ended())
        {
            return incoming;
        }
        let incoming = Arc::new(Incoming::default());
        under_way.insert(key.clone(), Arc::downgrade(&incoming));
        incoming
    }

    /// Checks that a file found by one listed hash is the target in all other respects too.
    pub(crate) fn check(target: &Target, cached: &CachedTarget) -> Result<(), Error> {
        if cached.size_bytes() != target.length_bytes {
            return Err(Error::untrusted(Subject::Target, Check::Length));
        }
        if !target.hashes.matches(cached.digests()) {
            return Err(Error::untrusted(Subject::Target, Check::Hash));
        }
        Ok(())
    }

    async fn find(&self, key: &CacheKey) -> Result<Option<CachedTarget>, Error> {
        let Some(lease) = self.shelf.lease(&Item::Target(key.clone())) else {
            return Ok(None);
        };
        let known = self.verified().get(key).copied().filter(|_| !lease.is_suspect());
        let (folder, looked_up) = (self.folder.clone(), key.clone());
        let found = blocking_io(move || match known {
            Some(known) if verify::is_unchanged(&folder.join(looked_up.file_name()), known) => Ok(Some(known)),
            _ => verify::verified(&folder, &looked_up),
        })
        .await?;
        let Some(verified) = found else {
            // It has been removed. Whoever still reads it is told; nobody else gets it.
            lease.doom();
            return Ok(None);
        };
        lease.trust();
        self.verified().insert(key.clone(), verified);
        let path = self.path(key);
        Ok(Some(CachedTarget::new(
            path,
            verified.size_bytes,
            verified.digests,
            lease,
        )))
    }

    fn put(&self, key: CacheKey, verified: Verified) -> CachedTarget {
        let (path, size_bytes) = (self.path(&key), verified.size_bytes);
        let lease = self
            .shelf
            .put(Item::Target(key.clone()), path.clone(), size_bytes, None);
        let mut known = self.verified();
        // What has left the shelf need not be remembered.
        known.retain(|key, _| self.shelf.holds(&Item::Target(key.clone())));
        known.insert(key, verified);
        CachedTarget::new(path, size_bytes, verified.digests, lease)
    }

    fn path(&self, key: &CacheKey) -> PathBuf {
        self.folder.join(key.file_name())
    }

    fn verified(&self) -> MutexGuard<'_, HashMap<CacheKey, Verified>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The files of an earlier process, the oldest first.
fn left_behind(folder: &Path) -> io::Result<Vec<(CacheKey, PathBuf, u64)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        if let Some(key) = name.to_str().and_then(CacheKey::of_file_name) {
            let metadata = entry.metadata()?;
            let age = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            files.push((age, key, entry.path(), metadata.len()));
        }
    }
    files.sort_by_key(|(age, ..)| *age);
    Ok(files
        .into_iter()
        .map(|(_, key, path, size_bytes)| (key, path, size_bytes))
        .collect())
}

/// Where targets lie below a repository's URL.
pub(crate) fn targets_url(repository: &Url) -> Result<Url, url::ParseError> {
    repository.join("targets/")
}
