//! The steps of a build, in the order in which their types allow them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{join, join_all};
use jiff::Timestamp;
use packager_artifact::{Sha256Digest, SharedBytes};
use packager_fleetd::{
    Codes, Component, Fetched, LocalMetadata, RoleDocuments, base_tree, component_tree, metadata_tree, own_tree,
};
use packager_formats::{Compression, Compressors, Effort, Format, Position, Tree};
use packager_spec::PackageSpec;
use packager_store::{Stage, Store, Versions};
use packager_targets::{Repository, TrustedMetadata};
use uuid::Uuid;

use super::ahead::{Ahead, Wanted};
use super::built::{Built, profile};
use super::everybodys::Everybodys;
use super::finisher::{Finisher, Ingredients, Signers};
use super::release::{Release, names, versions};
use super::shared_parts::{Recipe, Shared, SharedMaker};
use super::stored_blocks::StoredBlocks;
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
    /// What makes shared parts.
    pub compressors: Compressors,
    /// What [`Builder::prepare`] makes ready from the start. What is asked for later joins it, unless it is empty.
    pub prepare: Vec<(Format, Component)>,
}

/// Builds packages. Cheap to share; builds run side by side.
pub struct Builder {
    pub(super) repository: Arc<Repository>,
    store: Arc<Store>,
    shared: SharedMaker,
    pub(super) finisher: Arc<Finisher>,
    pub(super) everybodys: Arc<Everybodys>,
    settings: BuilderSettings,
    compressors: Compressors,
    pub(super) ahead: Ahead,
    metadata: Mutex<Option<(Arc<TrustedMetadata>, LocalMetadata)>>,
}

/// What a package shares with others.
struct Common {
    shared: Vec<Shared>,
    versions: Versions,
    release: Sha256Digest,
}

impl Builder {
    /// Puts a builder together. Shared parts are kept in `store`. It signs nothing.
    #[must_use]
    pub fn new(repository: Arc<Repository>, store: Arc<Store>, settings: BuilderSettings) -> Self {
        Self {
            finisher: Finisher::new(Arc::clone(&store), Signers::default()),
            everybodys: everybodys(&store, &settings, &Signers::default()),
            repository,
            shared: SharedMaker::new(Arc::clone(&store)),
            compressors: settings
                .compressors
                .clone()
                .knowing(Arc::new(StoredBlocks(Arc::clone(&store)))),
            store,
            ahead: Ahead::new(settings.prepare.iter().cloned()),
            settings,
            metadata: Mutex::default(),
        }
    }

    /// Signs packages of formats for which there is a signer.
    #[must_use]
    pub fn with_signers(self, signers: Signers) -> Self {
        Self {
            everybodys: everybodys(&self.store, &self.settings, &signers),
            finisher: Finisher::new(Arc::clone(&self.store), signers),
            ..self
        }
    }

    /// Builds the package that `spec` asks for, from metadata that is current at `now`: the newest that everything has
    /// been made ready for, otherwise the newest. `progress` hears of each stage.
    ///
    /// # Errors
    /// [`BuildError`], whose text is for the person who asked.
    pub async fn build(
        &self,
        spec: &PackageSpec,
        now: Timestamp,
        progress: &(dyn Fn(Stage) + Sync),
    ) -> Result<Built, BuildError> {
        let format = format_of(spec.package_type);
        progress(Stage::Fetching);
        let components = Component::all_of(spec);
        let ready = self.ready_common(format, &components, now, progress).await;
        let Common {
            shared,
            versions,
            release,
        } = if let Some(common) = ready {
            common
        } else {
            let metadata = self.current(now).await?;
            self.common(format, &components, &metadata, progress).await?
        };
        // Only now is it known that there is such a thing: names that a client made up would fill the list.
        self.ahead.note(format, &components);
        progress(Stage::Building);
        let ingredients = self.ingredients(format, spec, &versions.orbit, shared)?;
        let composed = self.finisher.compose(format, ingredients).await?;
        progress(Stage::Signing);
        let finished = self.finisher.finish(format, composed, BUILD_TIME, now).await?;
        Ok(Built {
            artifact: finished.artifact,
            signature: finished.signature,
            detached_signature: finished.detached_signature,
            versions,
            profile: profile(spec)?,
            release,
        })
    }

    /// What packages with these components share, of the newest metadata that they were made ready for.
    async fn ready_common(
        &self,
        format: Format,
        components: &[Component],
        now: Timestamp,
        progress: &(dyn Fn(Stage) + Sync),
    ) -> Option<Common> {
        let metadata = self.ahead.ready(format, components, now)?;
        match self.common(format, components, &metadata, progress).await {
            Ok(common) => Some(common),
            // What is asked for may not be among what was made ready, and gone from the repository meanwhile.
            Err(error) => {
                tracing::info!(
                    error = &error as &dyn std::error::Error,
                    "not to be had from what was made ready; the newest metadata is tried"
                );
                None
            }
        }
    }

    /// Makes ready what packages made from `metadata` share, for the components that are to be kept ready: one format after
    /// the other, for each takes over what it can from those before. As soon as a format's components are ready, its packages
    /// are made from this metadata; until then, from what was ready before.
    ///
    /// # Errors
    /// The first [`BuildError`]; everything has been tried then.
    pub async fn prepare(&self, metadata: &Arc<TrustedMetadata>) -> Result<(), BuildError> {
        let (mut ready, mut outcome) = (HashSet::new(), Ok(()));
        for (format, components) in self.ahead.wanted() {
            let preparing = components
                .iter()
                .map(|component| self.prepare_component(format, component, metadata));
            let made = join_all(preparing).await;
            for (component, made) in components.into_iter().zip(made) {
                match made {
                    Ok(()) => drop(ready.insert((format, component))),
                    Err(error) => outcome = outcome.and(Err(error)),
                }
            }
            outcome = outcome.and(self.remember(format, &ready, metadata).await);
            self.ahead.set_ready(metadata, ready.clone());
        }
        self.ahead.set_ready(metadata, ready);
        outcome
    }

    /// Remembers the digests that packages of a format go on from, of the components that are `ready`.
    async fn remember(
        &self,
        format: Format,
        ready: &HashSet<Wanted>,
        metadata: &Arc<TrustedMetadata>,
    ) -> Result<(), BuildError> {
        for components in self.ahead.packages(format) {
            let is_ready = |component: &Component| ready.contains(&(format, component.clone()));
            if components.iter().all(is_ready)
                && let Ok(common) = self.common(format, &components, metadata, &|_| ()).await
            {
                self.finisher.remember(format, common.shared).await?;
            }
        }
        Ok(())
    }

    async fn prepare_component(
        &self,
        format: Format,
        component: &Component,
        metadata: &Arc<TrustedMetadata>,
    ) -> Result<(), BuildError> {
        let release = match Release::find(metadata, component.clone()) {
            Ok(release) => release,
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "not released");
                return Ok(());
            }
        };
        let (part, frame) = join(self.component(format, &release, &|_| ()), self.frame(format, metadata)).await;
        part.and(frame.map(drop))
    }

    /// Whether packages refer to shared parts that are not there any more.
    #[must_use]
    pub fn lacks_parts(&self) -> bool {
        self.store.shared().missing() > 0
    }

    /// Where the bytes of shared parts are.
    #[must_use]
    pub fn shared_bytes(&self) -> &dyn SharedBytes {
        self.store.shared()
    }

    /// The last verified metadata; the repository is asked only where there is none that is current.
    pub(super) async fn current(&self, now: Timestamp) -> Result<Arc<TrustedMetadata>, BuildError> {
        match self.repository.current(now) {
            Ok(metadata) => Ok(metadata),
            Err(expired @ packager_targets::Error::Expired { .. }) => {
                let refreshed = self.repository.refresh(now).await;
                refreshed.map_err(|refresh| BuildError::Outdated { expired, refresh })
            }
            Err(_) => Ok(self.repository.refresh(now).await?),
        }
    }

    /// Everything that packages with these components share, in the order in which a package has it.
    async fn common(
        &self,
        format: Format,
        components: &[Component],
        metadata: &Arc<TrustedMetadata>,
        progress: &(dyn Fn(Stage) + Sync),
    ) -> Result<Common, BuildError> {
        let releases: Vec<_> = components
            .iter()
            .map(|component| Release::find(metadata, component.clone()))
            .collect::<Result<_, _>>()?;
        let programs = releases.iter().map(|release| self.component(format, release, progress));
        // To the end of all of them: nothing of a build that failed goes on when it is over.
        let (frame, programs) = join(self.frame(format, metadata), join_all(programs)).await;
        let programs = programs.into_iter().collect::<Result<Vec<_>, _>>()?;
        let [base, metadata] = frame?;
        let mut shared = [vec![base], programs, vec![metadata]].concat();
        shared.extend(self.shared.obtain_index(format, &shared).await?);
        Ok(Common {
            shared,
            versions: versions(&releases),
            release: names(&releases),
        })
    }

    /// What stands around the programs: the files that are the same in all packages, and the metadata.
    async fn frame(&self, format: Format, metadata: &Arc<TrustedMetadata>) -> Result<[Shared; 2], BuildError> {
        let base = Arc::new(base_tree(format)?);
        let metadata = Arc::new(metadata_tree(format, &self.local_metadata(metadata)?)?);
        let (base, metadata) = join(
            self.of_tree(format, Position::First, self.best(), base),
            self.of_tree(format, Position::Later, Effort::Quick, metadata),
        )
        .await;
        Ok([base?, metadata?])
    }

    async fn of_tree(
        &self,
        format: Format,
        position: Position,
        effort: Effort,
        tree: Arc<Tree>,
    ) -> Result<Shared, BuildError> {
        let recipe = self.recipe(format, position, effort, &tree);
        self.shared.obtain(recipe, async || Ok(tree)).await
    }

    /// The part with one program. Its target is fetched if there is no such part yet.
    async fn component(
        &self,
        format: Format,
        release: &Release,
        progress: &(dyn Fn(Stage) + Sync),
    ) -> Result<Shared, BuildError> {
        let component = &release.component;
        let placeholder = Fetched::placeholder(component.form(), release.identity());
        let named = component_tree(component, &placeholder)?;
        let recipe = self.recipe(format, Position::Later, self.best(), &named);
        let mut coming = None;
        let tree = async || {
            let (fetched, stream) = release.fetch(&self.repository).await?;
            coming = stream;
            progress(Stage::Building);
            Ok(Arc::new(component_tree(component, &fetched)?))
        };
        let part = self.shared.obtain(recipe, tree).await;
        // What went wrong is not that it could not be packed.
        match coming.and_then(|stream| stream.failure()) {
            Some(failure) if part.is_err() => Err(failure.into()),
            _ => part,
        }
    }

    fn recipe(&self, format: Format, position: Position, effort: Effort, tree: &Tree) -> Recipe {
        Recipe {
            format,
            compression: self.compression(format),
            position,
            effort,
            build_time: BUILD_TIME,
            tree: tree.identity(),
        }
    }

    fn best(&self) -> Effort {
        Effort::Best(self.compressors.clone())
    }

    const fn compression(&self, format: Format) -> Compression {
        match format {
            Format::Deb => self.settings.deb_compression,
            // The smallest that all systems read: see docs/rpm.md.
            Format::Rpm => Compression::Xz,
            Format::Arch => Compression::Zstd,
            // Installer reads nothing better on every macOS that the agent runs on; cabinets have deflate, too.
            Format::Pkg | Format::Msi => Compression::Gzip,
        }
    }

    fn ingredients(
        &self,
        format: Format,
        spec: &PackageSpec,
        version: &str,
        shared: Vec<Shared>,
    ) -> Result<Ingredients, BuildError> {
        let update_url = &self.settings.update_url;
        let codes = Codes {
            product: Uuid::new_v4(),
            package: Uuid::new_v4(),
        };
        Ok(Ingredients {
            package: packager_fleetd::package(spec, update_url, version, BUILD_TIME, codes)?,
            shared,
            own: own_tree(spec, update_url)?,
            compression: self.compression(format),
        })
    }

    /// The metadata as a host has it, made once for each set of metadata: it is large.
    fn local_metadata(&self, metadata: &Arc<TrustedMetadata>) -> Result<LocalMetadata, BuildError> {
        let mut last = self.metadata.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, local)) = &*last
            && Arc::ptr_eq(known, metadata)
        {
            return Ok(local.clone());
        }
        let documents = metadata.documents();
        let local = LocalMetadata::new(RoleDocuments {
            root: &documents.root,
            timestamp: &documents.timestamp,
            snapshot: &documents.snapshot,
            targets: &documents.targets,
        })?;
        *last = Some((Arc::clone(metadata), local.clone()));
        Ok(local)
    }
}

fn everybodys(store: &Arc<Store>, settings: &BuilderSettings, signers: &Signers) -> Arc<Everybodys> {
    let signer = signers.pkg.as_ref().map(|signer| signer.identity().to_string());
    let (signer, updates) = (signer.unwrap_or_default(), &settings.update_url);
    Arc::new(Everybodys::new(
        Arc::clone(store),
        format!("{BUILD_TIME} {signer} {updates}"),
    ))
}
