//! What a local build needs: the repository, the shared parts, the builder.

use std::fs::File;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use jiff::Timestamp;
use packager_artifact::Artifact;
use packager_formats::{Compression, Compressors};
use packager_service::{BuildError, Builder, BuilderSettings, Built};
use packager_spec::PackageSpec;
use packager_store::{MasterKey, Stage, Store, StoreSettings};
use packager_targets::Repository;

use super::cache::{Cache, default_path};
use super::repository::Source;
use super::write::write;
use crate::error::Error;
use crate::progress::Progress;

/// Shared parts beyond this are dropped, but for those of the package at hand: the cache must not fill the disk.
const SHARED_LIMIT_BYTES: u64 = 2 << 30;

/// All that a local build needs. No part of a customer stays behind in its cache: only shared parts are stored.
pub(crate) struct Workshop {
    builder: Builder,
    store: Arc<Store>,
    _cache: Cache,
}

impl Workshop {
    /// Opens the cache at `cache_dir` or where it is by default, and in it what belongs to `source`.
    pub(crate) async fn open(source: Source, cache_dir: Option<&Path>) -> Result<Self, Error> {
        let path = match cache_dir {
            Some(path) => path.to_owned(),
            None => default_path(|name| std::env::var_os(name))
                .ok_or_else(|| Error::Usage("neither XDG_CACHE_HOME nor HOME is set: give --cache-dir".to_owned()))?,
        };
        let cache = Cache::open(&path)?;
        let url = source.url()?;
        if url.scheme() == "file" {
            tracing::warn!("hosts cannot update their agent from a file: URL: think of --disable-updates");
        }
        let repository = source.open(&cache).await?;
        catch_up(&repository).await;
        let parts = cache.folder("parts")?;
        let store = tokio::task::spawn_blocking(move || open_store(&parts))
            .await
            .map_err(Error::failed("the cache cannot be opened"))??;
        let settings = BuilderSettings {
            // Without the slash that the parser adds, as agents have it.
            update_url: url.as_str().trim_end_matches('/').to_owned(),
            deb_compression: Compression::Xz,
            compressors: Compressors::new(
                thread::available_parallelism()
                    .ok()
                    .and_then(|threads| NonZeroU32::try_from(threads).ok())
                    .unwrap_or(NonZeroU32::MIN),
            ),
            prepare: Vec::new(),
        };
        Ok(Self {
            builder: Builder::new(repository, Arc::clone(&store), settings),
            store,
            _cache: cache,
        })
    }

    /// Builds the package.
    pub(crate) async fn build(&self, spec: &PackageSpec, progress: &dyn Progress) -> Result<Built, Error> {
        let tell = |stage| progress.stage(wire(stage));
        let built = self.builder.build(spec, Timestamp::now(), &tell).await;
        built.map_err(failure)
    }

    /// Writes the package's parts to an empty file, and says that they are what the package's digest says.
    pub(crate) async fn write(&self, artifact: &Artifact, file: File) -> Result<(), Error> {
        let (artifact, store) = (artifact.clone(), Arc::clone(&self.store));
        let written = tokio::task::spawn_blocking(move || write(&artifact, store.shared(), file)).await;
        written.map_err(Error::failed("the package cannot be written"))?
    }
}

/// Asks the repository for what was published since the cache was made. What the cache has does for a package, and goes on
/// doing while the repository is away; one that has nothing is filled by the build.
async fn catch_up(repository: &Repository) {
    let now = Timestamp::now();
    if repository.current(now).is_err() {
        return;
    }
    if let Err(error) = repository.refresh(now).await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the update repository does not answer as it should: the package is made from what it answered before"
        );
    }
}

/// Whether it is for the package or for this machine that there is none.
fn failure(error: BuildError) -> Error {
    use packager_targets::Error as Targets;
    match error {
        BuildError::Targets(Targets::DiskFull { .. } | Targets::Cache { .. })
        | BuildError::Store(_)
        | BuildError::Read(_) => Error::Storage(Box::new(error)),
        error => Error::Build(Box::new(error)),
    }
}

fn open_store(folder: &Path) -> Result<Arc<Store>, Error> {
    let unusable = format!("the cache {} cannot be used", folder.display());
    // The store insists on a key. Nothing is ever sealed under it here.
    let key = MasterKey::load_or_create(&folder.join("master.key")).map_err(Error::failed(&*unusable))?;
    let store =
        Store::open(folder, &key, StoreSettings::default(), Timestamp::now()).map_err(Error::failed(&*unusable))?;
    if store.stats().shared_bytes > SHARED_LIMIT_BYTES {
        // What nobody asked for between two collections is removed: here, everything.
        for _ in 0..2 {
            store.shared().collect_garbage(&[]).map_err(Error::failed(&*unusable))?;
        }
    }
    Ok(Arc::new(store))
}

const fn wire(stage: Stage) -> packager_api::Stage {
    match stage {
        Stage::Queued => packager_api::Stage::Queued,
        Stage::Fetching => packager_api::Stage::Fetching,
        Stage::Building => packager_api::Stage::Building,
        Stage::Signing => packager_api::Stage::Signing,
        Stage::Notarizing => packager_api::Stage::Notarizing,
        Stage::Stapling => packager_api::Stage::Stapling,
        Stage::Sealing => packager_api::Stage::Sealing,
    }
}
