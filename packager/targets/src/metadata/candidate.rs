use std::marker::PhantomData;
use std::num::NonZeroU64;

use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use tough::schema::{RoleType, Root, Signature, Signed};

use super::{Malformed, RootBody, json};
use crate::error::{Check, Error};
use crate::role::Role;

/// What a role says beyond the members that all roles have.
pub(crate) trait Body: Sized {
    const ROLE: Role;
    const TYPE: RoleType;

    /// Reads the role's own members.
    fn read(signed: &Map<String, Value>) -> Result<Self, Error>;
}

/// Metadata of the right form, with signatures that nobody has looked at.
pub(crate) struct Candidate<B> {
    raw: Bytes,
    signed: Signed<Envelope<B>>,
    body: B,
}

/// Metadata that a threshold of the right keys has signed.
#[derive(Debug)]
pub(crate) struct Trusted<B> {
    /// The file as it was received.
    pub(crate) raw: Bytes,
    pub(crate) version: NonZeroU64,
    pub(crate) expires: Timestamp,
    pub(crate) body: B,
}

impl<B: Body> Candidate<B> {
    /// Reads the file of the role `B`, and checks everything about it but its signatures.
    pub(crate) fn parse(raw: Bytes) -> Result<Self, Error> {
        let malformed = |what| Error::untrusted_because(B::ROLE, Check::Form, Malformed(what));
        let document = json::parse(&raw).map_err(|error| Error::untrusted_because(B::ROLE, Check::Form, error))?;
        let Value::Object(mut document) = document else {
            return Err(malformed("the document"));
        };
        let signatures = document.remove("signatures").ok_or(malformed("signatures"))?;
        let signatures = Vec::<Signature>::deserialize(signatures)
            .map_err(|error| Error::untrusted_because(B::ROLE, Check::Form, error))?;
        let Some(Value::Object(signed)) = document.remove("signed") else {
            return Err(malformed("signed"));
        };

        let text = |name| signed.get(name).and_then(Value::as_str);
        if text("_type") != Some(B::ROLE.as_str()) {
            return Err(Error::untrusted(B::ROLE, Check::Type));
        }
        if !text("spec_version").is_some_and(is_understood) {
            return Err(Error::untrusted(B::ROLE, Check::SpecificationVersion));
        }
        let version = signed
            .get("version")
            .and_then(Value::as_u64)
            .and_then(NonZeroU64::new)
            .ok_or(malformed("version"))?;
        let expires = text("expires")
            .and_then(|text| text.parse().ok())
            .ok_or(malformed("expires"))?;

        let body = B::read(&signed)?;
        let signed = Envelope {
            signed: Value::Object(signed),
            version,
            expires,
            role: PhantomData,
        };
        Ok(Self {
            raw,
            signed: Signed { signed, signatures },
            body,
        })
    }

    /// Checks the signatures against the keys and the threshold that `root` has for the role.
    pub(crate) fn verify(self, root: &RootBody) -> Result<Trusted<B>, Error> {
        self.check_signatures(root.keys())?;
        Ok(self.trusted())
    }

    pub(super) fn check_signatures(&self, root: &Root) -> Result<(), Error> {
        root.verify_role(&self.signed)
            .map_err(|error| Error::untrusted_because(B::ROLE, Check::Signatures, error))
    }

    pub(super) fn body(&self) -> &B {
        &self.body
    }

    pub(super) fn trusted(self) -> Trusted<B> {
        Trusted {
            raw: self.raw,
            version: self.signed.signed.version,
            expires: self.signed.signed.expires,
            body: self.body,
        }
    }
}

impl<B: Body> Trusted<B> {
    /// Checks that the metadata is current at `now`, the fixed update start time (section
    /// 5.1). It "MUST be higher than the fixed update start time": equal has expired.
    pub(crate) fn check_expiry(&self, now: Timestamp) -> Result<(), Error> {
        if self.expires > now {
            return Ok(());
        }
        Err(Error::Expired {
            role: B::ROLE,
            at: self.expires,
        })
    }

    /// Whether `root` too would have trusted it.
    pub(crate) fn holds_under(&self, root: &RootBody) -> bool {
        Candidate::<B>::parse(self.raw.clone())
            .and_then(|candidate| candidate.verify(root))
            .is_ok()
    }
}

/// `SPEC_VERSION`, section 4.3: clients compare the major version. Fleet's writes `1.0`.
fn is_understood(spec_version: &str) -> bool {
    spec_version.split('.').next() == Some("1")
}

/// `signed` as it was received, in the shape that `tough` verifies.
struct Envelope<B> {
    signed: Value,
    version: NonZeroU64,
    expires: Timestamp,
    role: PhantomData<B>,
}

impl<B> Serialize for Envelope<B> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.signed.serialize(serializer)
    }
}

impl<B: Body> tough::schema::Role for Envelope<B> {
    const TYPE: RoleType = B::TYPE;

    fn expires(&self) -> Timestamp {
        self.expires
    }

    fn version(&self) -> NonZeroU64 {
        self.version
    }

    fn filename(&self, consistent_snapshot: bool) -> String {
        if consistent_snapshot {
            format!("{}.{}.json", self.version, B::ROLE)
        } else {
            format!("{}.json", B::ROLE)
        }
    }
}
