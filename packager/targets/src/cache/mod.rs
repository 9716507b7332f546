//! Target files on disk, found by their hash, and never before it held.
//!
//! ```text
//! <folder>/sha512-<hex>, sha256-<hex>    verified files, named for the strongest listed hash
//! <folder>/.tmp…                         downloads under way
//! ```
//!
//! Nothing here is named by the repository. What an earlier process left is hashed once
//! more before its first use.

mod download;
mod key;
mod verify;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tough::Transport;
use url::Url;

pub(crate) use key::CacheKey;

use crate::blocking::blocking_io;
use crate::error::{Check, Error, Subject};
use crate::limits::Limits;
use crate::target::{CachedTarget, Target};

pub(crate) struct TargetCache {
    folder: PathBuf,
    /// What this process has verified.
    verified: Mutex<HashMap<CacheKey, CachedTarget>>,
}

impl TargetCache {
    /// A cache in `folder`, which is made if need be. Downloads that an earlier process left
    /// unfinished are removed.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_name().as_encoded_bytes().starts_with(b".tmp") {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(Self {
            folder,
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
        let cached = download::download(&self.folder, &key, target, transport, url, limits).await?;
        self.remember(key, &cached);
        Ok(cached)
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
        let known = self
            .verified
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(key)
            .cloned();
        let folder = self.folder.clone();
        let key = key.clone();
        let looked_up = key.clone();
        let found = blocking_io(move || match known {
            Some(cached) if verify::is_unchanged(&cached) => Ok(Some(cached)),
            _ => verify::verified(&folder, &looked_up),
        })
        .await?;
        if let Some(cached) = &found {
            self.remember(key, cached);
        }
        Ok(found)
    }

    fn remember(&self, key: CacheKey, cached: &CachedTarget) {
        self.verified
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, cached.clone());
    }
}

/// Where targets lie below a repository's URL.
pub(crate) fn targets_url(repository: &Url) -> Result<Url, url::ParseError> {
    repository.join("targets/")
}
