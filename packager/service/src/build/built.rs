//! What a build ends with.

use packager_artifact::{Artifact, OwnBytes, Sha256Digest};
use packager_fleetd::configuration_profile;
use packager_signing::Signature;
use packager_spec::PackageSpec;
use packager_store::Versions;

use super::BuildError;

/// A finished build.
#[derive(Debug)]
pub struct Built {
    /// The package.
    pub artifact: Artifact,
    /// Whether it carries a signature.
    pub signature: Signature,
    /// The signature, if its format has it beside the package.
    pub detached_signature: Option<Vec<u8>>,
    /// The releases in it.
    pub versions: Versions,
    /// The configuration profile that goes with it: the credentials that it does not have.
    pub profile: Option<OwnBytes>,
    /// What names the programs in it.
    pub release: Sha256Digest,
}

/// The configuration profile that goes with a package.
pub(super) fn profile(spec: &PackageSpec) -> Result<Option<OwnBytes>, BuildError> {
    let profile = configuration_profile(spec)?;
    Ok(profile.map(|mut profile| OwnBytes::new(std::mem::take(&mut *profile))))
}
