//! Components as the update repository's metadata lists them.

use std::io::{self, Read};
use std::sync::Arc;

use packager_artifact::Sha256Digest;
use packager_fleetd::{Archive, ArchiveEntry, Component, EntryContent, Fetched, Form, Program};
use packager_formats::Content;
use packager_store::Versions;
use packager_targets::{
    CachedTarget, EntryKind, Repository, Target, TargetName, TargetStream, TrustedMetadata, UnpackedArchive,
    UnpackedEntry,
};

use super::BuildError;

/// A component of a release.
pub(super) struct Release {
    pub(super) component: Component,
    pub(super) version: String,
    target: Target,
}

impl Release {
    /// Looks `component` up.
    pub(super) fn find(metadata: &TrustedMetadata, component: Component) -> Result<Self, BuildError> {
        let fault = |reason| BuildError::component(component.program.as_str(), reason);
        let name: TargetName = component
            .target_name()
            .parse()
            .map_err(|_| fault("its name cannot be that of a target"))?;
        let target = metadata.target(&name)?;
        let version = target.version().ok_or_else(|| fault("it has no version"))?;
        Ok(Self {
            version: version.as_str().to_owned(),
            component,
            target,
        })
    }

    /// Names the target's bytes: the strongest digest that is listed.
    pub(super) fn identity(&self) -> Sha256Digest {
        let hashes = self.target.hashes();
        match (hashes.sha512(), hashes.sha256()) {
            (Some(sha512), _) => Sha256Digest::of(sha512),
            (None, Some(sha256)) => Sha256Digest::from_bytes(*sha256),
            // Metadata without a hash is refused when it is read.
            (None, None) => Sha256Digest::of(b""),
        }
    }

    /// Fetches the target. An executable is compressed while it comes; then its stream tells why it did not come.
    pub(super) async fn fetch(&self, repository: &Repository) -> Result<(Fetched, Option<TargetStream>), BuildError> {
        match self.component.form() {
            Form::Executable => {
                let stream = repository.stream(&self.target);
                let content = TargetContent {
                    size_bytes: self.target.length_bytes(),
                    identity: self.identity(),
                    stream: stream.clone(),
                };
                Ok((Fetched::Executable(Arc::new(content)), Some(stream)))
            }
            Form::Archive => {
                let cached = repository.fetch(&self.target).await?;
                let unpacked = repository.unpack(&cached).await?;
                Ok((Fetched::Archive(archive(&cached, &unpacked)), None))
            }
        }
    }
}

/// What names the components of a package, whatever metadata lists them.
pub(super) fn names(releases: &[Release]) -> Sha256Digest {
    let named = releases
        .iter()
        .map(|release| format!("{} {}\n", release.component.target_name(), release.identity()));
    Sha256Digest::of(named.collect::<String>().as_bytes())
}

/// The versions of the components of a package.
pub(super) fn versions(releases: &[Release]) -> Versions {
    let version = |program| {
        let release = releases.iter().find(|release| release.component.program == program);
        release.map(|release| release.version.clone())
    };
    Versions {
        orbit: version(Program::Orbit).unwrap_or_default(),
        osqueryd: version(Program::Osqueryd).unwrap_or_default(),
        desktop: version(Program::Desktop),
    }
}

fn archive(cached: &CachedTarget, unpacked: &UnpackedArchive) -> Archive {
    let entries = unpacked.entries.iter().map(|entry| ArchiveEntry {
        path: entry.path.as_str().to_owned(),
        mode: entry.mode,
        content: match &entry.kind {
            EntryKind::Directory => EntryContent::Directory,
            EntryKind::Symlink { target } => EntryContent::Symlink(target.clone()),
            EntryKind::File { size_bytes, sha256, .. } => EntryContent::File(Arc::new(UnpackedContent {
                archive: unpacked.clone(),
                entry: entry.clone(),
                size_bytes: *size_bytes,
                identity: Sha256Digest::from_bytes(*sha256),
            })),
        },
    });
    Archive {
        sha512: hex::encode(cached.sha512()),
        entries: entries.collect(),
    }
}

/// A target that is packaged as it is.
struct TargetContent {
    size_bytes: u64,
    identity: Sha256Digest,
    stream: TargetStream,
}

impl Content for TargetContent {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.stream.reader()))
    }

    fn identity(&self) -> Sha256Digest {
        self.identity
    }
}

/// A file of an unpacked archive, which stays there for as long as this does.
struct UnpackedContent {
    archive: UnpackedArchive,
    entry: UnpackedEntry,
    size_bytes: u64,
    identity: Sha256Digest,
}

impl Content for UnpackedContent {
    fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        let reader = self.archive.open(&self.entry)?.ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(reader))
    }

    fn identity(&self) -> Sha256Digest {
        self.identity
    }
}
