//! Fetches the targets that a package is made of.

use std::sync::Arc;

use packager_artifact::Sha256Digest;
use packager_fleetd::{Agent, Bundle, BundleEntry, Component, Program, TargetNames};
use packager_store::Versions;
use packager_targets::{CachedTarget, EntryKind, Repository, Target, TargetName, TrustedMetadata};

use super::BuildError;
use super::content::{TargetContent, UnpackedContent};

/// The agent, and the releases it is made of.
pub(super) struct Fetched {
    pub(super) agent: Agent,
    pub(super) versions: Versions,
}

/// Fetches the targets, all of them listed by the same metadata.
pub(super) async fn fetch(
    repository: &Repository,
    metadata: &TrustedMetadata,
    names: &TargetNames,
) -> Result<Fetched, BuildError> {
    let (orbit, orbit_version) = component(repository, metadata, "orbit", &names.orbit).await?;
    let (osqueryd, osqueryd_version) = component(repository, metadata, "osqueryd", &names.osqueryd).await?;
    let desktop = match &names.desktop {
        Some(name) => Some(component(repository, metadata, "desktop", name).await?),
        None => None,
    };
    let (desktop, desktop_version) = desktop.unzip();
    Ok(Fetched {
        agent: Agent {
            orbit_version: orbit_version.clone(),
            orbit,
            osqueryd,
            desktop,
        },
        versions: Versions {
            orbit: orbit_version,
            osqueryd: osqueryd_version,
            desktop: desktop_version,
        },
    })
}

async fn component(
    repository: &Repository,
    metadata: &TrustedMetadata,
    component: &'static str,
    name: &str,
) -> Result<(Component, String), BuildError> {
    let name: TargetName = name
        .parse()
        .map_err(|_| BuildError::component(component, "its name cannot be that of a target"))?;
    let target = metadata.target(&name)?;
    let version = version(&target).ok_or_else(|| BuildError::component(component, "it has no version"))?;
    let cached = repository.fetch(&target).await?;
    let fetched = if name.file_name().ends_with(".tar.gz") {
        Component::Bundle(bundle(repository, &cached).await?)
    } else {
        Component::Program(Program {
            content: Arc::new(TargetContent(cached)),
        })
    };
    Ok((fetched, version))
}

fn version(target: &Target) -> Option<String> {
    target.version().map(|version| version.as_str().to_owned())
}

async fn bundle(repository: &Repository, archive: &CachedTarget) -> Result<Bundle, BuildError> {
    let unpacked = repository.unpack(archive).await?;
    let entries = unpacked
        .entries
        .iter()
        .map(|entry| BundleEntry {
            path: entry.path.as_str().to_owned(),
            mode: entry.mode,
            content: match &entry.kind {
                EntryKind::Directory => None,
                EntryKind::File { size_bytes, source } => Some(Arc::new(UnpackedContent {
                    source: source.clone(),
                    size_bytes: *size_bytes,
                    identity: identity(archive, entry.path.as_str()),
                })),
            },
        })
        .map(|entry| BundleEntry {
            content: entry
                .content
                .map(|content| content as Arc<dyn packager_formats::Content>),
            ..entry
        })
        .collect();
    Ok(Bundle {
        archive_sha512: hex::encode(archive.sha512()),
        entries,
    })
}

/// A file of an archive is named by the archive's digest and its path in it.
fn identity(archive: &CachedTarget, path: &str) -> Sha256Digest {
    Sha256Digest::of(&[archive.sha256().as_slice(), path.as_bytes()].concat())
}
