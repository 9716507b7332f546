//! What a shared part is known by, and what is remembered of it.

use std::fmt;

use packager_artifact::SharedPart;
use serde::{Deserialize, Serialize};

/// Names what a shared part was made of: the target hashes, the platform, the format, the writer's revision. Any text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SharedKey(pub(crate) String);

impl SharedKey {
    /// Takes the text of a key.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for SharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A shared part, and what its maker wants to remember of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedEntry {
    /// The part.
    pub part: SharedPart,
    /// The maker's notes, which mean nothing to the store: checksums of files, sizes, states to go on from.
    pub notes: serde_json::Value,
}

/// What a collection removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Collected {
    /// How many parts.
    pub parts: usize,
    /// Their size together.
    pub bytes: u64,
}
