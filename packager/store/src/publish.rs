//! The successful end of a build.

use std::sync::Arc;

use jiff::Timestamp;
use packager_artifact::{Artifact, OwnBytes};
use packager_faults::File;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::index::Stored;
use crate::pending::lock;
use crate::record::{Record, Succeeded, later};
use crate::request_digest::RequestDigest;
use crate::seal::{self, Purpose};
use crate::{Error, PackageId, Signature, Store, Versions};

/// What is to be known of a finished package beside its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// Whether the package carries a signature, and the signature that is beside it.
    pub signature: SignatureFile,
    /// Which releases it holds.
    pub versions: Versions,
    /// The configuration profile that goes with it, sealed and destroyed like its own bytes.
    pub profile: Option<OwnBytes>,
}

/// A signature on its way to storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignatureFile {
    /// It is in the package.
    Inside,
    /// It is these bytes, sealed and destroyed like the package's own: by it, guesses at what is in the package could be
    /// tried.
    Beside(OwnBytes),
    /// There is none.
    None,
}

impl SignatureFile {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Beside(bytes) => bytes.expose(),
            Self::Inside | Self::None => &[],
        }
    }

    fn record(&self) -> Signature {
        match self {
            Self::Inside => Signature::Signed,
            Self::Beside(bytes) => Signature::Detached {
                size_bytes: bytes.size_bytes(),
            },
            Self::None => Signature::Unsigned,
        }
    }
}

/// What an own file says beside the bytes; what brings a package back that the index does not know yet.
#[derive(Serialize, Deserialize)]
pub(crate) struct OwnSummary {
    pub(crate) digest: RequestDigest,
    pub(crate) package: Succeeded,
}

impl Store {
    /// Seals and stores a finished package and announces it, in this order: from the return on, and not before its
    /// bytes are on the disk, the package reads as ready. It expires `expire_after` from `now`. The job is destroyed.
    ///
    /// # Errors
    /// [`Error::NotInProgress`] when the package was destroyed meanwhile, and then nothing of it stays;
    /// [`Error::PartMissing`] when a shared part of it is not there; [`Error::StorageFull`] and errors of the disk. After
    /// any but the first the package is still in progress, to be built again or to [`fail`](Store::fail).
    pub fn publish(&self, id: PackageId, artifact: &Artifact, details: Details, now: Timestamp) -> Result<(), Error> {
        let Some(job) = lock(&self.pending).get(id).cloned() else {
            return Err(Error::NotInProgress);
        };
        let publishing = lock(&job.publishing);
        // Of two that publish the same package the second finds it published.
        if !lock(&self.pending)
            .get(id)
            .is_some_and(|found| Arc::ptr_eq(found, &job))
        {
            return Err(Error::NotInProgress);
        }
        let layout = artifact.layout();
        if !layout.shared_parts().all(|part| self.shared.hold(&part)) {
            return Err(Error::PartMissing);
        }
        let summary = OwnSummary {
            digest: job.summary.digest.clone(),
            package: Succeeded {
                file_name: artifact.file_name().to_owned(),
                media_type: artifact.media_type().to_owned(),
                sha256: artifact.sha256(),
                size_bytes: artifact.size_bytes(),
                layout,
                expires_at: later(now, self.settings.expire_after),
                signature: details.signature.record(),
                has_profile: details.profile.is_some(),
                versions: details.versions,
            },
        };
        let own = artifact.own_bytes();
        let profile = details.profile.unwrap_or_default();
        let text = Zeroizing::new(serde_json::to_vec(&summary)?);
        let extra = Zeroizing::new([profile.expose(), details.signature.bytes()].concat());
        let sealed = seal::seal(&self.keyring, Purpose::Own, id, [&text, own.expose(), &extra])?;
        let path = self.path(id, Purpose::Own);
        if let Err(error) = self.write(File::Own, &path, &sealed) {
            // It may have got its name before the sync failed.
            self.discard(path);
            return Err(error);
        }

        let stored = Stored {
            fingerprint: Some(job.fingerprint),
            sealed_size_bytes: sealed.len() as u64,
            record: Record::Succeeded(summary.package),
        };
        if let Err(error) = self.announce(id, &stored) {
            self.discard(path);
            return Err(error);
        }
        // The package is safe and announced: what is left of its job must go, but a job that resists is no failure of
        // the build. It is tried again, at the latest by the next start.
        if let Err(error) = self.shred(job.end()) {
            tracing::warn!(package = %id.short(), error = &error as &dyn std::error::Error, "cannot destroy a finished job yet");
        }
        drop(publishing);
        Ok(())
    }

    fn announce(&self, id: PackageId, stored: &Stored) -> Result<(), Error> {
        let mut pending = lock(&self.pending);
        if pending.get(id).is_none() {
            return Err(Error::NotInProgress);
        }
        self.replace(&mut pending, id, None, Some(stored));
        pending.remove(id);
        Ok(())
    }
}
