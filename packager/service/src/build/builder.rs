//! The steps of a build, in the order in which their types allow them.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use packager_artifact::{Artifact, DigestMemo, SharedBytes, Unsigned};
use packager_fleetd::{Agent, LocalMetadata, RoleDocuments, linux};
use packager_formats::{Compression, Effort, Format, Position, Tree};
use packager_signing::{Signature, Signed};
use packager_spec::PackageSpec;
use packager_store::{Stage, Store, Versions};
use packager_targets::{Repository, TrustedMetadata};

use super::agent::{Fetched, fetch};
use super::shared_parts::{Recipe, SharedMaker};
use super::{BuildError, format_of};

/// The time that every entry of a package carries: 2024-01-01 00:00 UTC. It is the same for all packages, so that the
/// same request and the same release give the same bytes wherever and whenever they are put together; TUF metadata
/// says when it expires, not when it was made, and a part that outlives the metadata must not depend on it.
const BUILD_TIME: u64 = 1_704_067_200;

/// What an operator decides about builds.
#[derive(Debug, Clone)]
pub struct BuilderSettings {
    /// The update repository, as agents are told it unless a request names another.
    pub update_url: String,
    /// How a deb's files are compressed.
    pub deb_compression: Compression,
    /// How many threads make a shared part.
    pub threads: NonZeroU32,
}

/// Builds packages. Cheap to share; builds run side by side.
pub struct Builder {
    repository: Arc<Repository>,
    store: Arc<Store>,
    shared: SharedMaker,
    memo: DigestMemo,
    settings: BuilderSettings,
    metadata: Mutex<Option<(Arc<TrustedMetadata>, Arc<Tree>)>>,
}

/// A finished build.
#[derive(Debug)]
pub struct Built {
    /// The package.
    pub artifact: Artifact,
    /// Whether it carries a signature.
    pub signature: Signature,
    /// The releases in it.
    pub versions: Versions,
}

impl Builder {
    /// Puts a builder together. Shared parts are kept in `store`.
    #[must_use]
    pub fn new(repository: Arc<Repository>, store: Arc<Store>, settings: BuilderSettings) -> Self {
        Self {
            repository,
            shared: SharedMaker::new(Arc::clone(&store)),
            store,
            memo: DigestMemo::new(),
            settings,
            metadata: Mutex::default(),
        }
    }

    /// Builds the package that `spec` asks for, from metadata that is current at `now`. `progress` hears of each stage.
    ///
    /// # Errors
    /// [`BuildError`], whose text is for the person who asked.
    pub async fn build(
        &self,
        spec: &PackageSpec,
        now: Timestamp,
        progress: &(dyn Fn(Stage) + Sync),
    ) -> Result<Built, BuildError> {
        let format = format_of(spec.package_type).ok_or(BuildError::NotBuilt)?;
        progress(Stage::Fetching);
        let metadata = self.current(now).await?;
        let names = packager_fleetd::target_names(spec);
        let Fetched { agent, versions } = fetch(&self.repository, &metadata, &names).await?;
        progress(Stage::Building);
        let composed = self.compose(format, spec, &agent, metadata).await?;
        progress(Stage::Signing);
        let signed = Signed::without_key(composed);
        let signature = signed.signature();
        let artifact = Artifact::finish(signed.into_composed(), self.store.shared(), &self.memo)?;
        Ok(Built {
            artifact,
            signature,
            versions,
        })
    }

    /// Where the bytes of shared parts are.
    #[must_use]
    pub fn shared_bytes(&self) -> &dyn SharedBytes {
        self.store.shared()
    }

    /// The last verified metadata; the repository is asked only where there is none that is current.
    async fn current(&self, now: Timestamp) -> Result<Arc<TrustedMetadata>, BuildError> {
        match self.repository.current(now) {
            Ok(metadata) => Ok(metadata),
            Err(_) => Ok(self.repository.refresh(now).await?),
        }
    }

    async fn compose(
        &self,
        format: Format,
        spec: &PackageSpec,
        agent: &Agent,
        metadata: Arc<TrustedMetadata>,
    ) -> Result<Unsigned, BuildError> {
        let compression = match format {
            Format::Deb => self.settings.deb_compression,
        };
        let recipe = |position, effort, tree| Recipe {
            format,
            compression,
            position,
            effort,
            build_time: BUILD_TIME,
            tree,
        };
        let best = Effort::Best {
            threads: self.settings.threads,
        };
        let agent_tree = Arc::new(linux::agent_tree(spec, agent)?);
        let metadata_tree = self.metadata_tree(metadata)?;
        let shared = [
            self.shared.obtain(recipe(Position::First, best, agent_tree)).await?,
            self.shared
                .obtain(recipe(Position::Later, Effort::Quick, metadata_tree))
                .await?,
        ];
        let package = packager_fleetd::package(spec, agent, BUILD_TIME);
        let own = linux::own_tree(spec, &self.settings.update_url)?;
        Ok(format.compose(&package, &shared, &own, compression)?)
    }

    /// The metadata files, made once for each set of metadata: they are large.
    fn metadata_tree(&self, metadata: Arc<TrustedMetadata>) -> Result<Arc<Tree>, BuildError> {
        let mut last = self.metadata.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, tree)) = &*last
            && Arc::ptr_eq(known, &metadata)
        {
            return Ok(Arc::clone(tree));
        }
        let documents = metadata.documents();
        let local = LocalMetadata::new(RoleDocuments {
            root: &documents.root,
            timestamp: &documents.timestamp,
            snapshot: &documents.snapshot,
            targets: &documents.targets,
        })?;
        let tree = Arc::new(linux::metadata_tree(&local)?);
        *last = Some((metadata, Arc::clone(&tree)));
        Ok(tree)
    }
}
