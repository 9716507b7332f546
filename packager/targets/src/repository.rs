use std::fs::{File, TryLockError};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tough::Transport;
use url::Url;

use crate::blocking::blocking_io;
use crate::cache::{CacheKey, Shelf, TargetCache, targets_url};
use crate::error::Error;
use crate::incoming::Incoming;
use crate::limits::Limits;
use crate::refresh_status::RefreshStatus;
use crate::single_flight::SingleFlight;
use crate::target::{CachedTarget, Target};
use crate::target_stream::TargetStream;
use crate::trusted_metadata::TrustedMetadata;
use crate::unpacked_store::{UnpackedArchive, UnpackedStore};
use crate::workflow::{Datastore, MetadataSource, Published, State};

/// Which repository, and how far to trust it.
#[derive(Debug, Clone)]
pub struct RepositorySettings {
    /// The repository's top: metadata lies there, target files under `targets/`.
    pub url: Url,
    /// The pinned `root.json`. It may have expired.
    pub trusted_root: Vec<u8>,
    /// Where verified metadata, targets and unpacked archives are kept. It belongs to one
    /// repository and, at a time, to one process.
    pub cache_dir: PathBuf,
    /// Bounds on what the repository may send.
    pub limits: Limits,
}

/// A TUF repository, seen through the specification's client workflow.
pub struct Repository(Arc<Inner>);

struct Inner {
    url: Url,
    targets_url: Url,
    limits: Limits,
    transport: Box<dyn Transport>,
    state: Mutex<State>,
    refreshes: SingleFlight<(), Arc<TrustedMetadata>>,
    status: std::sync::Mutex<RefreshStatus>,
    published: Arc<Published>,
    cache: TargetCache,
    downloads: SingleFlight<CacheKey, CachedTarget>,
    unpacked: UnpackedStore,
    /// Held for as long as the cache directory is in use.
    _lock: File,
}

impl Repository {
    /// Opens the repository: checks the pinned root, and takes up the metadata that an
    /// earlier process persisted if it verifies. Does no network.
    ///
    /// Fails with [`Error::InvalidRoot`], with [`Error::Cache`] if the cache directory cannot
    /// be used or another process uses it, and with [`Error::InvalidSettings`] if the URL
    /// cannot have files below it.
    pub async fn open(settings: RepositorySettings, transport: Box<dyn Transport>) -> Result<Self, Error> {
        let url = folder_url(settings.url)?;
        let targets_url = targets_url(&url).map_err(|error| Error::settings("the repository's URL", error))?;
        let folder = settings.cache_dir;
        let shelf = Shelf::new(settings.limits.cache_bytes);
        let (lock, datastore, cache, unpacked) = blocking_io(move || {
            std::fs::create_dir_all(&folder)?;
            let lock = lock(folder.join("lock"))?;
            let datastore = Datastore::open(folder.join("metadata"))?;
            let cache = TargetCache::open(folder.join("targets"), Arc::clone(&shelf))?;
            let unpacked = UnpackedStore::open(folder.join("unpacked"), shelf)?;
            Ok((lock, datastore, cache, unpacked))
        })
        .await?;
        let published = Arc::new(Published::default());
        let root = settings.trusted_root.into();
        let state = State::load(datastore, root, Arc::clone(&published)).await?;
        Ok(Self(Arc::new(Inner {
            url,
            targets_url,
            limits: settings.limits,
            transport,
            state: Mutex::new(state),
            refreshes: SingleFlight::default(),
            status: std::sync::Mutex::default(),
            published,
            cache,
            downloads: SingleFlight::default(),
            unpacked,
            _lock: lock,
        })))
    }

    /// Asks the repository for its newest metadata. Costs two small requests when nothing
    /// has changed: for a newer root, which is mostly not there, and for the timestamp.
    ///
    /// `now` is the specification's fixed update start time. Whoever refreshes meanwhile
    /// shares the outcome. After a failure, [`current`](Self::current) still has the last
    /// complete set.
    pub async fn refresh(&self, now: Timestamp) -> Result<Arc<TrustedMetadata>, Error> {
        let metadata = self
            .0
            .refreshes
            .run((), || {
                let inner = Arc::clone(&self.0);
                async move { inner.refresh(now).await }
            })
            .await?;
        // Another caller's `now` may have been earlier.
        metadata.check_expiry(now)?;
        Ok(metadata)
    }

    /// The last complete set of verified metadata, if it is current at `now`. No network.
    ///
    /// Fails with [`Error::Unavailable`] before there is any, and with [`Error::Expired`].
    pub fn current(&self, now: Timestamp) -> Result<Arc<TrustedMetadata>, Error> {
        let metadata = self.0.published.get().ok_or(Error::Unavailable)?;
        metadata.check_expiry(now)?;
        Ok(metadata)
    }

    /// How the repository has answered lately, and how long what it answered is good.
    #[must_use]
    pub fn status(&self) -> RefreshStatus {
        let mut status = self.0.status.lock().unwrap_or_else(PoisonError::into_inner).clone();
        status.expires = self.0.published.get().map(|metadata| metadata.expires());
        status
    }

    /// The file of `target`, downloaded unless it is cached. Whoever asks for the same file
    /// meanwhile shares the download, which goes on when a caller goes away.
    pub async fn fetch(&self, target: &Target) -> Result<CachedTarget, Error> {
        Arc::clone(&self.0).fetch(target.clone()).await
    }

    /// The same, to be read while it comes. To be called in a Tokio runtime.
    #[must_use]
    pub fn stream(&self, target: &Target) -> TargetStream {
        let incoming = self.0.cache.incoming(&CacheKey::of(&target.hashes));
        let stream = TargetStream::new(target.clone(), Arc::clone(&incoming));
        let fetched = Arc::clone(&self.0).fetch(target.clone());
        tokio::spawn(async move {
            let ends = Ends(incoming);
            ends.0.end(fetched.await);
        });
        stream
    }

    /// The contents of a target that is a tar.gz archive. Unpacked once, for all callers, for as long as the cache has
    /// room for it.
    pub async fn unpack(&self, target: &CachedTarget) -> Result<UnpackedArchive, Error> {
        let limits = self.0.limits.archive;
        self.0.unpacked.unpack(target, limits).await
    }
}

impl Inner {
    async fn refresh(&self, now: Timestamp) -> Result<Arc<TrustedMetadata>, Error> {
        let source = MetadataSource {
            transport: &*self.transport,
            url: &self.url,
            limits: &self.limits,
        };
        let outcome = self.state.lock().await.refresh(&source, now).await;
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        status.record(now, &outcome);
        drop(status);
        outcome
    }

    /// Fetches a target, together with all who ask for it meanwhile.
    async fn fetch(self: Arc<Self>, target: Target) -> Result<CachedTarget, Error> {
        let work = || {
            let (inner, target) = (Arc::clone(&self), target.clone());
            async move {
                let (transport, url) = (&*inner.transport, &inner.targets_url);
                inner.cache.obtain(&target, transport, url, &inner.limits).await
            }
        };
        let cached = self.downloads.run(CacheKey::of(&target.hashes), work).await?;
        TargetCache::check(&target, &cached)?;
        Ok(cached)
    }
}

/// Lets nobody wait for a download whose task is gone.
struct Ends(Arc<Incoming>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.end(Err(Error::Unavailable));
    }
}

/// What is under way ends, and the cache directory is free for another.
impl Drop for Repository {
    fn drop(&mut self) {
        self.0.refreshes.end();
        self.0.downloads.end();
    }
}

impl std::fmt::Debug for Repository {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("url", &self.0.url.as_str())
            .finish_non_exhaustive()
    }
}

fn folder_url(mut url: Url) -> Result<Url, Error> {
    if url.cannot_be_a_base() {
        return Err(Error::InvalidSettings {
            setting: "the repository's URL",
            source: None,
        });
    }
    url.set_query(None);
    url.set_fragment(None);
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Ok(url)
}

/// How often, and at what distance, the lock is tried: whoever had it may be just letting go.
const LOCK_ATTEMPTS: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(25);

/// To be called where it may block.
fn lock(path: PathBuf) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    for _ in 1..LOCK_ATTEMPTS {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            locked => return locked.map(|()| file).map_err(Into::into),
        }
    }
    file.try_lock()?;
    Ok(file)
}
