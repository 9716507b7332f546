use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::key::SampleKey;
use super::settings::{ConsistentSnapshot, ListedDigests};
use crate::role::Role;

/// What a role's next file says of itself, and who signs it.
pub(super) struct RoleState {
    pub(super) version: u64,
    pub(super) expires: Timestamp,
    pub(super) key: SampleKey,
}

impl RoleState {
    /// The members that all roles have; the role's own are put beside them.
    fn document(&self, role: Role, own: Value) -> Value {
        let mut signed = json!({
            "_type": role.as_str(),
            "spec_version": "1.0",
            "version": self.version,
            // Section 4.2.1 of the specification: no fractions of a second, which python-tuf refuses.
            "expires": self.expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        });
        if let (Value::Object(signed), Value::Object(own)) = (&mut signed, own) {
            signed.extend(own);
        }
        signed
    }
}

/// The state of all four roles.
pub(super) struct Roles {
    pub(super) root: RoleState,
    pub(super) timestamp: RoleState,
    pub(super) snapshot: RoleState,
    pub(super) targets: RoleState,
}

impl Roles {
    pub(super) fn get_mut(&mut self, role: Role) -> &mut RoleState {
        match role {
            Role::Root => &mut self.root,
            Role::Timestamp => &mut self.timestamp,
            Role::Snapshot => &mut self.snapshot,
            Role::Targets => &mut self.targets,
        }
    }

    pub(super) fn get(&self, role: Role) -> &RoleState {
        match role {
            Role::Root => &self.root,
            Role::Timestamp => &self.timestamp,
            Role::Snapshot => &self.snapshot,
            Role::Targets => &self.targets,
        }
    }

    pub(super) fn root(&self, consistent_snapshot: ConsistentSnapshot) -> Value {
        let mut keys = Map::new();
        let mut roles = Map::new();
        for role in Role::ALL {
            let key = &self.get(role).key;
            keys.insert(key.id().to_owned(), key.json().clone());
            roles.insert(role.as_str().to_owned(), json!({"keyids": [key.id()], "threshold": 1}));
        }
        let own = json!({
            "keys": keys,
            "roles": roles,
            "consistent_snapshot": consistent_snapshot == ConsistentSnapshot::Yes,
        });
        self.root.document(Role::Root, own)
    }

    pub(super) fn targets(&self, targets: &BTreeMap<String, Value>) -> Value {
        let own = json!({"targets": targets});
        self.targets.document(Role::Targets, own)
    }

    pub(super) fn snapshot(&self, targets: &[u8], digests: ListedDigests) -> Value {
        let listed = meta_file(self.targets.version, targets, digests);
        let own = json!({"meta": {"targets.json": listed}});
        self.snapshot.document(Role::Snapshot, own)
    }

    pub(super) fn timestamp(&self, snapshot_version: u64, snapshot: &[u8], digests: ListedDigests) -> Value {
        let listed = meta_file(snapshot_version, snapshot, digests);
        let own = json!({"meta": {"snapshot.json": listed}});
        self.timestamp.document(Role::Timestamp, own)
    }
}

fn meta_file(version: u64, file: &[u8], digests: ListedDigests) -> Value {
    json!({"version": version, "length": file.len(), "hashes": digests.to_json(file)})
}
