use std::num::NonZeroU64;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;

use crate::error::Error;
use crate::metadata::{RootBody, SnapshotBody, TargetsBody, TimestampBody, Trusted};
use crate::role::Role;
use crate::target::Target;
use crate::target_name::TargetName;

/// The metadata of the four roles, verified, and belonging together.
///
/// It was current when it was handed out; how long it stays so says [`expires`](Self::expires).
#[derive(Debug)]
pub struct TrustedMetadata {
    pub(crate) root: Arc<Trusted<RootBody>>,
    pub(crate) timestamp: Arc<Trusted<TimestampBody>>,
    pub(crate) snapshot: Arc<Trusted<SnapshotBody>>,
    pub(crate) targets: Arc<Trusted<TargetsBody>>,
}

/// The signed documents of the four roles, byte for byte as the repository served them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// The newest root.
    pub root: Bytes,
    /// The newest timestamp.
    pub timestamp: Bytes,
    /// The snapshot that the timestamp lists.
    pub snapshot: Bytes,
    /// The targets that the snapshot lists.
    pub targets: Bytes,
}

impl TrustedMetadata {
    /// What is listed about a target. Only the top-level targets role is consulted.
    ///
    /// Fails with [`Error::NotFound`] if the target is not listed, and with
    /// [`Error::Untrusted`] if its entry is malformed.
    pub fn target(&self, name: &TargetName) -> Result<Target, Error> {
        let listing = self.targets.body.get(name)?;
        Ok(Target {
            name: name.clone(),
            length_bytes: listing.length_bytes,
            hashes: listing.hashes,
            version: listing.version,
            consistent_snapshot: self.root.body.consistent_snapshot(),
        })
    }

    /// The names of all listed targets, sorted; names that are no [`TargetName`] are left out.
    pub fn target_names(&self) -> impl Iterator<Item = TargetName> {
        self.targets.body.names().filter_map(|name| name.parse().ok())
    }

    /// The version of a role's metadata.
    #[must_use]
    pub fn version(&self, role: Role) -> NonZeroU64 {
        match role {
            Role::Root => self.root.version,
            Role::Timestamp => self.timestamp.version,
            Role::Snapshot => self.snapshot.version,
            Role::Targets => self.targets.version,
        }
    }

    /// When the first of the four expires. At that moment it counts as expired.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.root
            .expires
            .min(self.timestamp.expires)
            .min(self.snapshot.expires)
            .min(self.targets.expires)
    }

    /// The signed documents, for the metadata file that every package carries.
    #[must_use]
    pub fn documents(&self) -> Documents {
        Documents {
            root: self.root.raw.clone(),
            timestamp: self.timestamp.raw.clone(),
            snapshot: self.snapshot.raw.clone(),
            targets: self.targets.raw.clone(),
        }
    }

    pub(crate) fn check_expiry(&self, now: Timestamp) -> Result<(), Error> {
        self.root.check_expiry(now)?;
        self.timestamp.check_expiry(now)?;
        self.snapshot.check_expiry(now)?;
        self.targets.check_expiry(now)
    }

    /// Whether the timestamp lists this snapshot, and the snapshot these targets.
    pub(crate) fn belongs_together(&self) -> bool {
        let (snapshot, targets) = (&self.snapshot, &self.targets);
        let timestamp = &self.timestamp.body;
        timestamp.snapshot.is(Role::Snapshot, snapshot.version, &snapshot.raw)
            && snapshot.body.targets.is(Role::Targets, targets.version, &targets.raw)
    }

    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.root, &other.root)
            && Arc::ptr_eq(&self.timestamp, &other.timestamp)
            && Arc::ptr_eq(&self.snapshot, &other.snapshot)
            && Arc::ptr_eq(&self.targets, &other.targets)
    }
}
