use std::collections::{BTreeSet, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value};
use tough::schema::{RoleType, Root};

use super::{Body, Candidate, Malformed, Trusted};
use crate::error::{Check, Error};
use crate::role::Role;

/// The keys and thresholds of every role (section 4.3). `tough` reads the keys, and refuses
/// those whose key ID is not the digest of the key.
#[derive(Debug)]
pub(crate) struct RootBody(Root);

impl RootBody {
    pub(super) fn keys(&self) -> &Root {
        &self.0
    }

    /// Whether file names carry versions and hashes (section 6.2).
    pub(crate) fn consistent_snapshot(&self) -> bool {
        self.0.consistent_snapshot
    }

    /// Whether the keys or the threshold of the timestamp or of the snapshot role differ
    /// between this root and `newer`.
    pub(crate) fn rotates_online_keys(&self, newer: &Self) -> bool {
        let differs = |role| self.authority(role) != newer.authority(role);
        differs(RoleType::Timestamp) || differs(RoleType::Snapshot)
    }

    fn authority(&self, role: RoleType) -> Option<(u64, BTreeSet<&[u8]>)> {
        let keys = self.0.roles.get(&role)?;
        let ids = keys.keyids.iter().map(AsRef::as_ref).collect();
        Some((keys.threshold.get(), ids))
    }
}

impl Body for RootBody {
    const ROLE: Role = Role::Root;
    const TYPE: RoleType = RoleType::Root;

    fn read(signed: &Map<String, Value>) -> Result<Self, Error> {
        let root =
            Root::deserialize(signed).map_err(|error| Error::untrusted_because(Role::Root, Check::Form, error))?;
        let malformed = |what| Error::untrusted_because(Role::Root, Check::Form, Malformed(what));
        for role in [
            RoleType::Root,
            RoleType::Timestamp,
            RoleType::Snapshot,
            RoleType::Targets,
        ] {
            // "A ROLE for each of root, snapshot, timestamp, and targets MUST be specified."
            if !root.roles.contains_key(&role) {
                return Err(malformed("roles"));
            }
            // One key under two IDs would count twice towards the threshold.
            let mut publics = HashSet::new();
            if !root.keys(role).all(|key| publics.insert(public_part(key))) {
                return Err(malformed("roles: one key under two IDs"));
            }
        }
        Ok(Self(root))
    }
}

fn public_part(key: &tough::schema::key::Key) -> Vec<u8> {
    use tough::schema::key::Key;
    match key {
        Key::Rsa { keyval, .. } => keyval.public.to_vec(),
        Key::Ed25519 { keyval, .. } => keyval.public.to_vec(),
        Key::Ecdsa { keyval, .. } | Key::EcdsaOld { keyval, .. } => keyval.public.to_vec(),
    }
}

impl Candidate<RootBody> {
    /// Checks a root that is trusted by other means: it must at least be signed by its own keys.
    pub(crate) fn verify_itself(self) -> Result<Trusted<RootBody>, Error> {
        self.check_signatures(self.body().keys())?;
        Ok(self.trusted())
    }

    /// Checks a root against the trusted one before it, and against itself (section 5.3.4).
    pub(crate) fn verify_after(self, trusted: &RootBody) -> Result<Trusted<RootBody>, Error> {
        self.check_signatures(trusted.keys())?;
        self.verify_itself()
    }
}
