use std::fmt;

use serde_json::Value;
use sha2::{Digest, Sha256, Sha512};

use crate::metadata::Malformed;

/// The digests that metadata lists for a file: SHA-256, SHA-512 or both, never none.
///
/// A file must agree with every one of them. Digests of other algorithms are ignored as long
/// as one of these two is there.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hashes {
    sha256: Option<[u8; 32]>,
    sha512: Option<[u8; 64]>,
}

impl Hashes {
    /// The listed digests; `None` if there are none at all.
    #[must_use]
    pub const fn new(sha256: Option<[u8; 32]>, sha512: Option<[u8; 64]>) -> Option<Self> {
        if sha256.is_none() && sha512.is_none() {
            return None;
        }
        Some(Self { sha256, sha512 })
    }

    /// The SHA-256 digest, if it is listed.
    #[must_use]
    pub const fn sha256(&self) -> Option<&[u8; 32]> {
        self.sha256.as_ref()
    }

    /// The SHA-512 digest, if it is listed.
    #[must_use]
    pub const fn sha512(&self) -> Option<&[u8; 64]> {
        self.sha512.as_ref()
    }

    /// Whether a file with these digests is the listed file.
    #[must_use]
    pub fn matches(&self, digests: &Digests) -> bool {
        self.sha256.is_none_or(|listed| listed == digests.sha256)
            && self.sha512.is_none_or(|listed| listed == digests.sha512)
    }

    /// The digests in lower-case hexadecimal, as consistent snapshots put them into file
    /// names, in the order in which to try them.
    pub(crate) fn file_name_prefixes(&self) -> impl Iterator<Item = String> {
        let sha256 = self.sha256.map(hex::encode);
        let sha512 = self.sha512.map(hex::encode);
        sha256.into_iter().chain(sha512)
    }

    /// HASHES of the specification, section 4.4: `{"sha256": HEX, "sha512": HEX}`.
    pub(crate) fn from_json(value: &Value) -> Result<Self, Malformed> {
        let object = value.as_object().ok_or(Malformed("hashes"))?;
        let sha256 = object.get("sha256").map(digest).transpose()?;
        let sha512 = object.get("sha512").map(digest).transpose()?;
        Self::new(sha256, sha512).ok_or(Malformed("hashes: neither sha256 nor sha512"))
    }
}

impl fmt::Debug for Hashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hashes")
            .field("sha256", &self.sha256.map(hex::encode))
            .field("sha512", &self.sha512.map(hex::encode))
            .finish()
    }
}

fn digest<const N: usize>(value: &Value) -> Result<[u8; N], Malformed> {
    let mut digest = [0; N];
    value
        .as_str()
        .and_then(|text| hex::decode_to_slice(text, &mut digest).ok())
        .ok_or(Malformed("hashes: not a hexadecimal digest"))?;
    Ok(digest)
}

/// Both digests of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digests {
    /// SHA-256.
    pub sha256: [u8; 32],
    /// SHA-512.
    pub sha512: [u8; 64],
}

impl Digests {
    /// The digests of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::default();
        hasher.update(bytes);
        hasher.finish()
    }
}

impl fmt::Debug for Digests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digests")
            .field("sha256", &hex::encode(self.sha256))
            .field("sha512", &hex::encode(self.sha512))
            .finish()
    }
}

/// Computes both digests of a stream. Which of them a repository lists is its own choice;
/// an installer may need either.
#[derive(Clone, Default)]
pub(crate) struct Hasher {
    sha256: Sha256,
    sha512: Sha512,
}

impl Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.sha512.update(bytes);
    }

    pub(crate) fn finish(self) -> Digests {
        Digests {
            sha256: self.sha256.finalize().into(),
            sha512: self.sha512.finalize().into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn both(bytes: &[u8]) -> (String, String) {
        let digests = Digests::of(bytes);
        (hex::encode(digests.sha256), hex::encode(digests.sha512))
    }

    #[test]
    fn any_listed_digest_that_differs_refuses_the_file() {
        let (sha256, sha512) = both(b"a");
        let (other256, other512) = both(b"b");
        let actual = Digests::of(b"a");
        let cases = [
            (json!({"sha256": sha256}), true),
            (json!({"sha512": sha512}), true),
            (json!({"sha256": sha256, "sha512": sha512}), true),
            (json!({"sha256": other256, "sha512": sha512}), false),
            (json!({"sha256": sha256, "sha512": other512}), false),
            (json!({"sha512": other512}), false),
        ];
        for (listed, expected) in cases {
            let hashes = Hashes::from_json(&listed).unwrap();
            assert_eq!(hashes.matches(&actual), expected, "{listed}");
        }
    }

    #[test]
    fn no_usable_digest_is_refused() {
        let (sha256, _) = both(b"a");
        for listed in [
            json!({}),
            json!(null),
            json!([]),
            json!({"md5": "d41d8cd98f00b204e9800998ecf8427e"}),
            json!({"sha256": &sha256[..62]}),
            json!({"sha256": format!("{sha256}00")}),
            json!({"sha256": "zz".repeat(32)}),
            json!({"sha256": 1}),
        ] {
            assert!(Hashes::from_json(&listed).is_err(), "{listed}");
        }
    }
}
