use jiff::Timestamp;
use serde_json::{Value, json};

use crate::hashes::Digests;

/// Which digests a sample repository lists for every file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListedDigests {
    /// go-tuf's default, and so Fleet's.
    #[default]
    Sha512Alone,
    /// The default of `tough` and python-tuf.
    Sha256Alone,
    /// Both.
    Both,
}

impl ListedDigests {
    pub(super) fn to_json(self, bytes: &[u8]) -> Value {
        let Digests { sha256, sha512 } = Digests::of(bytes);
        let (sha256, sha512) = (hex::encode(sha256), hex::encode(sha512));
        match self {
            Self::Sha512Alone => json!({"sha512": sha512}),
            Self::Sha256Alone => json!({"sha256": sha256}),
            Self::Both => json!({"sha256": sha256, "sha512": sha512}),
        }
    }
}

/// Whether file names carry versions and hashes (specification, section 6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ConsistentSnapshot {
    /// They do not, as in Fleet's repository.
    #[default]
    No,
    /// They do.
    Yes,
}

/// What a sample repository looks like.
#[derive(Debug, Clone)]
pub struct SampleSettings {
    /// Which digests it lists.
    pub digests: ListedDigests,
    /// How it names its files.
    pub consistent_snapshot: ConsistentSnapshot,
    /// When its metadata expires; each role can be set apart later.
    pub expires: Timestamp,
}

impl SampleSettings {
    /// Fleet's manner, until `expires`.
    #[must_use]
    pub fn until(expires: Timestamp) -> Self {
        Self {
            digests: ListedDigests::default(),
            consistent_snapshot: ConsistentSnapshot::default(),
            expires,
        }
    }
}
