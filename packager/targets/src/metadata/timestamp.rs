use serde_json::{Map, Value};
use tough::schema::RoleType;

use super::{Body, Malformed, MetaFile};
use crate::error::{Check, Error};
use crate::role::Role;

/// Which snapshot is the newest (section 4.6).
#[derive(Debug)]
pub(crate) struct TimestampBody {
    pub(crate) snapshot: MetaFile,
}

impl Body for TimestampBody {
    const ROLE: Role = Role::Timestamp;
    const TYPE: RoleType = RoleType::Timestamp;

    fn read(signed: &Map<String, Value>) -> Result<Self, Error> {
        let snapshot = signed
            .get("meta")
            .and_then(|meta| meta.get("snapshot.json"))
            .ok_or(Malformed("meta: snapshot.json"))
            .and_then(MetaFile::from_json)
            .map_err(|error| Error::untrusted_because(Role::Timestamp, Check::Form, error))?;
        Ok(Self { snapshot })
    }
}
