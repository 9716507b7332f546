//! What packages go through that are notarized, beside a build.

use std::sync::Arc;

use jiff::Timestamp;
use packager_artifact::Sha256Digest;
use packager_fleetd::Component;
use packager_formats::{Format, pkg};
use packager_signing::Signature;
use packager_spec::PackageSpec;
use packager_targets::TrustedMetadata;

use super::built::profile;
use super::everybodys::Ready;
use super::release::{Release, names};
use super::{BuildError, Builder, Built};
use crate::notarization::Kept;

impl Builder {
    /// What names the programs of the package that `spec` asks for, by the metadata that it would be built from: the newest
    /// that everything has been made ready for, otherwise what was verified last.
    ///
    /// # Errors
    /// [`BuildError::Targets`] where there is none that is current at `now`, or it does not list them.
    pub(crate) fn release_of(&self, spec: &PackageSpec, now: Timestamp) -> Result<Sha256Digest, BuildError> {
        match self.ready_metadata(spec, now) {
            Some(metadata) => Self::release_in(&metadata, spec),
            None => Self::release_in(&*self.repository.current(now)?, spec),
        }
    }

    /// The same; the update repository is asked if need be.
    ///
    /// # Errors
    /// [`BuildError::Targets`], [`BuildError::Outdated`].
    pub(crate) async fn current_release_of(
        &self,
        spec: &PackageSpec,
        now: Timestamp,
    ) -> Result<Sha256Digest, BuildError> {
        match self.ready_metadata(spec, now) {
            Some(metadata) => Self::release_in(&metadata, spec),
            None => Self::release_in(&*self.current(now).await?, spec),
        }
    }

    fn ready_metadata(&self, spec: &PackageSpec, now: Timestamp) -> Option<Arc<TrustedMetadata>> {
        self.ahead.ready(Format::Pkg, &Component::all_of(spec), now)
    }

    /// The package that everybody who asks for the options of `spec` can have, with the profile for this one; `None` if
    /// it is [one customer's own](PackageSpec::for_everybody), or has not been [kept](Self::keep_for_everybody).
    ///
    /// # Errors
    /// [`BuildError`].
    pub(crate) async fn everybodys(&self, spec: &PackageSpec) -> Result<Option<Built>, BuildError> {
        let found = match spec.for_everybody() {
            Some(spec) => self.everybodys.find(&spec)?,
            None => None,
        };
        let Some(Ready {
            composed,
            versions,
            release,
        }) = found
        else {
            return Ok(None);
        };
        Ok(Some(Built {
            artifact: self.finisher.digest_alike(composed).await?,
            signature: Signature::Present,
            detached_signature: None,
            versions,
            profile: profile(spec)?,
            release,
        }))
    }

    /// The release in the package that everybody who asks for the options of `spec` can have, if there is one.
    ///
    /// # Errors
    /// [`BuildError::Store`].
    pub(crate) fn everybodys_release(&self, spec: &PackageSpec) -> Result<Option<Sha256Digest>, BuildError> {
        let found = match spec.for_everybody() {
            Some(spec) => self.everybodys.find(&spec)?,
            None => None,
        };
        Ok(found.map(|ready| ready.release))
    }

    /// Keeps a package for everybody who asks for these options, in the place of the one before.
    ///
    /// # Errors
    /// [`BuildError`].
    pub(crate) async fn keep_for_everybody(&self, spec: PackageSpec, built: Built) -> Result<(), BuildError> {
        let everybodys = Arc::clone(&self.everybodys);
        let ready = Ready {
            composed: built.artifact.into_composed(),
            versions: built.versions,
            release: built.release,
        };
        tokio::task::spawn_blocking(move || everybodys.keep(&spec, &ready))
            .await
            .map_err(|_| BuildError::Defect)?
    }

    /// A package that was built and kept, whole again.
    ///
    /// # Errors
    /// [`BuildError::Read`] if a shared part of it is gone.
    pub(crate) async fn resume(&self, kept: Kept, spec: &PackageSpec) -> Result<Built, BuildError> {
        Ok(Built {
            artifact: self.finisher.digest(kept.composed).await?,
            signature: Signature::Present,
            detached_signature: None,
            versions: kept.versions,
            profile: profile(spec)?,
            release: kept.release,
        })
    }

    /// The package with its ticket.
    ///
    /// # Errors
    /// [`BuildError`].
    pub(crate) async fn staple(&self, built: Built, ticket: &[u8]) -> Result<Built, BuildError> {
        let stapled = pkg::staple(built.artifact.into_composed(), ticket)?;
        Ok(Built {
            artifact: self.finisher.digest(stapled).await?,
            ..built
        })
    }

    /// The same, by this metadata.
    ///
    /// # Errors
    /// [`BuildError::Targets`].
    pub(crate) fn release_in(metadata: &TrustedMetadata, spec: &PackageSpec) -> Result<Sha256Digest, BuildError> {
        let components = Component::all_of(spec).into_iter();
        let releases: Vec<_> = components
            .map(|component| Release::find(metadata, component))
            .collect::<Result<_, _>>()?;
        Ok(names(&releases))
    }
}
