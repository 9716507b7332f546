use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tough::schema::RoleType;

use super::{Body, Malformed, MetaFile};
use crate::error::{Check, Error};
use crate::role::Role;

/// The file of the top-level targets role, as snapshots list it.
pub(crate) const TARGETS_FILE: &str = "targets.json";
/// Old writers list the root too, which has no part in the rollback check of section 5.5.5.
const ROOT_FILE: &str = "root.json";

/// Which versions of the targets metadata belong together (section 4.4).
#[derive(Debug)]
pub(crate) struct SnapshotBody {
    pub(crate) targets: MetaFile,
    /// All listed versions of targets metadata, delegated ones included.
    files: BTreeMap<String, MetaFile>,
}

impl SnapshotBody {
    /// Whether `newer` takes nothing back: no listed file disappears or loses versions
    /// (section 5.5.5).
    pub(crate) fn may_become(&self, newer: &Self) -> bool {
        self.files.iter().all(|(name, trusted)| {
            newer
                .files
                .get(name)
                .is_some_and(|file| trusted.version <= file.version)
        })
    }
}

impl Body for SnapshotBody {
    const ROLE: Role = Role::Snapshot;
    const TYPE: RoleType = RoleType::Snapshot;

    fn read(signed: &Map<String, Value>) -> Result<Self, Error> {
        let malformed = |error: Malformed| Error::untrusted_because(Role::Snapshot, Check::Form, error);
        let meta = signed
            .get("meta")
            .and_then(Value::as_object)
            .ok_or_else(|| malformed(Malformed("meta")))?;
        let files = meta
            .iter()
            .filter(|(name, _)| *name != ROOT_FILE)
            .map(|(name, value)| Ok((name.clone(), MetaFile::from_json(value)?)))
            .collect::<Result<BTreeMap<_, _>, _>>()
            .map_err(malformed)?;
        let targets = files
            .get(TARGETS_FILE)
            .cloned()
            .ok_or_else(|| malformed(Malformed("meta: targets.json")))?;
        Ok(Self { targets, files })
    }
}
