use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::Mutex;
use tough::Transport;
use url::Url;

use crate::archive::Unpacked;
use crate::blocking::blocking_io;
use crate::cache::{CacheKey, TargetCache, targets_url};
use crate::error::Error;
use crate::limits::Limits;
use crate::single_flight::SingleFlight;
use crate::target::{CachedTarget, Target};
use crate::trusted_metadata::TrustedMetadata;
use crate::unpacked_store::UnpackedStore;
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
        let (lock, datastore, cache, unpacked) = blocking_io(move || {
            std::fs::create_dir_all(&folder)?;
            let lock = lock(folder.join("lock"))?;
            let datastore = Datastore::open(folder.join("metadata"))?;
            let cache = TargetCache::open(folder.join("targets"))?;
            let unpacked = UnpackedStore::open(folder.join("unpacked"))?;
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

    /// The file of `target`, downloaded unless it is cached. Whoever asks for the same file
    /// meanwhile shares the download, which goes on when a caller goes away.
    pub async fn fetch(&self, target: &Target) -> Result<CachedTarget, Error> {
        let cached = self
            .0
            .downloads
            .run(CacheKey::of(&target.hashes), || {
                let (inner, target) = (Arc::clone(&self.0), target.clone());
                async move { inner.fetch(&target).await }
            })
            .await?;
        TargetCache::check(target, &cached)?;
        Ok(cached)
    }

    /// The contents of a target that is a tar.gz archive. Unpacked once, for all callers;
    /// the files stay until the repository is closed.
    pub async fn unpack(&self, target: &CachedTarget) -> Result<Arc<Unpacked>, Error> {
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
        self.state.lock().await.refresh(&source, now).await
    }

    async fn fetch(&self, target: &Target) -> Result<CachedTarget, Error> {
        let (transport, url) = (&*self.transport, &self.targets_url);
        self.cache.obtain(target, transport, url, &self.limits).await
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

fn lock(path: PathBuf) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    file.try_lock()?;
    Ok(file)
}
