//! The name of a package.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{Uuid, Variant, Version};

/// A random UUID of version 4 (RFC 9562, section 5.4). Its text form is the hyphenated one, in lower case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackageId(Uuid);

/// A text that is no version 4 UUID in the hyphenated form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a package id")]
pub struct ParsePackageIdError;

impl PackageId {
    /// A new id from the system's random numbers.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// The first eight digits: enough for a log to follow a package by, and too little to download it with. Who has an
    /// id has the package.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }

    /// Takes an id out of an index key.
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        Uuid::from_slice(bytes).ok().and_then(Self::checked)
    }

    fn checked(uuid: Uuid) -> Option<Self> {
        (uuid.get_version() == Some(Version::Random) && uuid.get_variant() == Variant::RFC4122).then_some(Self(uuid))
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

impl fmt::Debug for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PackageId({self})")
    }
}

impl FromStr for PackageId {
    type Err = ParsePackageIdError;

    /// Takes the hyphenated form only, in either case; braces, URNs and the form without hyphens are refused.
    fn from_str(text: &str) -> Result<Self, ParsePackageIdError> {
        if text.len() != 36 {
            return Err(ParsePackageIdError);
        }
        Uuid::try_parse(text)
            .ok()
            .and_then(Self::checked)
            .ok_or(ParsePackageIdError)
    }
}

impl TryFrom<String> for PackageId {
    type Error = ParsePackageIdError;

    fn try_from(text: String) -> Result<Self, ParsePackageIdError> {
        text.parse()
    }
}

impl From<PackageId> for String {
    fn from(id: PackageId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_of_version_4_is_an_id() {
        let good = "f47ac10b-58cc-4372-a567-0e02b2c3d479";
        assert_eq!(good.parse::<PackageId>().unwrap().to_string(), good);
        assert_eq!(good.to_uppercase().parse::<PackageId>().unwrap().to_string(), good);
        assert_eq!(PackageId::random().to_string().len(), 36);
        for bad in [
            "",
            "f47ac10b58cc4372a5670e02b2c3d479",
            "{f47ac10b-58cc-4372-a567-0e02b2c3d479}",
            "urn:uuid:f47ac10b-58cc-4372-a567-0e02b2c3d479",
            "f47ac10b-58cc-1372-a567-0e02b2c3d479",
            "f47ac10b-58cc-4372-0567-0e02b2c3d479",
            "f47ac10b-58cc-4372-a567-0e02b2c3d47",
            "f47ac10b-58cc-4372-a567-0e02b2c3d4799",
            "f47ac10b-58cc-4372-a567-0e02b2c3d47g",
            "../../../../../../etc/passwd/x/y/z/..",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(bad.parse::<PackageId>(), Err(ParsePackageIdError), "{bad}");
        }
    }
}
