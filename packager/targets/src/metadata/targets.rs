use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tough::schema::RoleType;

use super::{Body, Malformed};
use crate::error::{Check, Error};
use crate::hashes::Hashes;
use crate::role::Role;
use crate::target_name::TargetName;
use crate::target_version::TargetVersion;

/// Which files there are (section 4.5). Delegations are part of what is signed, but are not
/// followed: every target that an installer needs is listed by the top-level role.
#[derive(Debug)]
pub(crate) struct TargetsBody {
    /// A malformed entry spoils only itself: the others are signed no less.
    targets: BTreeMap<Box<str>, Result<Listing, Malformed>>,
}

/// What is listed about one target.
#[derive(Debug, Clone)]
pub(crate) struct Listing {
    pub(crate) length_bytes: u64,
    pub(crate) hashes: Hashes,
    pub(crate) version: Option<TargetVersion>,
}

impl TargetsBody {
    pub(crate) fn get(&self, name: &TargetName) -> Result<Listing, Error> {
        match self.targets.get(name.as_str()) {
            None => Err(Error::NotFound { name: name.clone() }),
            Some(Ok(listing)) => Ok(listing.clone()),
            Some(Err(error)) => Err(Error::untrusted_because(Role::Targets, Check::Form, *error)),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.targets.keys().map(AsRef::as_ref)
    }
}

impl Body for TargetsBody {
    const ROLE: Role = Role::Targets;
    const TYPE: RoleType = RoleType::Targets;

    fn read(signed: &Map<String, Value>) -> Result<Self, Error> {
        let targets = signed
            .get("targets")
            .and_then(Value::as_object)
            .ok_or_else(|| Error::untrusted_because(Role::Targets, Check::Form, Malformed("targets")))?
            .iter()
            .map(|(name, value)| (name.as_str().into(), Listing::from_json(value)))
            .collect();
        Ok(Self { targets })
    }
}

impl Listing {
    fn from_json(value: &Value) -> Result<Self, Malformed> {
        let length_bytes = value
            .get("length")
            .and_then(Value::as_u64)
            .ok_or(Malformed("target: length"))?;
        let hashes = value
            .get("hashes")
            .ok_or(Malformed("target: hashes"))
            .and_then(Hashes::from_json)?;
        let version = value
            .get("custom")
            .and_then(|custom| custom.get("version"))
            .map(|version| {
                version
                    .as_str()
                    .and_then(|text| text.parse().ok())
                    .ok_or(Malformed("target: custom.version"))
            })
            .transpose()?;
        Ok(Self {
            length_bytes,
            hashes,
            version,
        })
    }
}
