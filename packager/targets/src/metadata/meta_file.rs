use std::num::NonZeroU64;

use bytes::Bytes;
use serde_json::Value;

use super::Malformed;
use crate::error::{Check, Error};
use crate::hashes::{Digests, Hashes};
use crate::role::Role;

/// What one role lists about the file of another (METAFILES in section 4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MetaFile {
    pub(crate) version: NonZeroU64,
    length: Option<u64>,
    hashes: Option<Hashes>,
}

impl MetaFile {
    pub(super) fn from_json(value: &Value) -> Result<Self, Malformed> {
        let object = value.as_object().ok_or(Malformed("meta"))?;
        let version = object
            .get("version")
            .and_then(Value::as_u64)
            .and_then(NonZeroU64::new)
            .ok_or(Malformed("meta: version"))?;
        let length = object
            .get("length")
            .map(|length| length.as_u64().ok_or(Malformed("meta: length")))
            .transpose()?;
        let hashes = object.get("hashes").map(Hashes::from_json).transpose()?;
        Ok(Self {
            version,
            length,
            hashes,
        })
    }

    /// The most bytes to read of the file: "either the number of bytes specified … or some
    /// Y number of bytes", and never more than `limit`.
    pub(crate) fn bytes_to_read(&self, limit: u64) -> u64 {
        self.length.map_or(limit, |length| length.min(limit))
    }

    /// Checks a received file of `role` against the listed length and hashes.
    pub(crate) fn check(&self, role: Role, raw: &Bytes) -> Result<(), Error> {
        if self.length.is_some_and(|length| length != raw.len() as u64) {
            return Err(Error::untrusted(role, Check::Length));
        }
        if self.hashes.is_some_and(|hashes| !hashes.matches(&Digests::of(raw))) {
            return Err(Error::untrusted(role, Check::Hash));
        }
        Ok(())
    }

    /// Whether a file of this version and content is the listed one.
    pub(crate) fn is(&self, role: Role, version: NonZeroU64, raw: &Bytes) -> bool {
        self.version == version && self.check(role, raw).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn length_and_hashes_are_optional_and_binding() {
        let raw = Bytes::from_static(b"{}");
        let digests = Digests::of(&raw);
        let check = |value: Value| MetaFile::from_json(&value).unwrap().check(Role::Snapshot, &raw).is_ok();
        let sha512 = hex::encode(digests.sha512);
        assert!(check(json!({"version": 1})));
        assert!(check(json!({"version": 1, "length": 2})));
        assert!(check(json!({"version": 1, "hashes": {"sha512": sha512}})));
        assert!(!check(json!({"version": 1, "length": 1})));
        assert!(!check(json!({"version": 1, "length": 3})));
        let other = hex::encode(Digests::of(b"").sha256);
        assert!(!check(json!({"version": 1, "hashes": {"sha256": other}})));
    }

    #[test]
    fn malformed_entries_are_refused() {
        for value in [
            json!(1),
            json!({}),
            json!({"version": 0}),
            json!({"version": -1}),
            json!({"version": "1"}),
            json!({"version": 1, "length": -1}),
            json!({"version": 1, "length": null}),
            json!({"version": 1, "hashes": {}}),
        ] {
            assert!(MetaFile::from_json(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn the_listed_length_never_raises_the_limit() {
        let listed = |length: u64| MetaFile::from_json(&json!({"version": 1, "length": length})).unwrap();
        assert_eq!(listed(10).bytes_to_read(100), 10);
        assert_eq!(listed(u64::MAX).bytes_to_read(100), 100);
    }
}
