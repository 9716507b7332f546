//! A file as the bill of materials lists it.

use serde::{Deserialize, Serialize};

/// The group that files belong to: `admin`.
pub(super) const GROUP: u32 = 80;

/// An entry of the payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// Path without a leading slash.
    pub(super) path: String,
    /// Permission bits.
    pub(super) mode: u32,
    /// What it is.
    pub(super) what: What,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum What {
    /// A regular file.
    File {
        /// Length of the content. Longer ones would need another table, `Size64`.
        size_bytes: u32,
        /// `cksum` of the content.
        cksum: u32,
    },
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink {
        /// Where to.
        target: String,
    },
}

impl Listed {
    /// Length of the content: of a link its target's, of a directory none.
    pub(super) fn size_bytes(&self) -> u32 {
        match &self.what {
            What::File { size_bytes, .. } => *size_bytes,
            // Targets have at most 1,024 bytes.
            What::Symlink { target } => u32::try_from(target.len()).unwrap_or(u32::MAX),
            What::Directory => 0,
        }
    }

    /// stat(2)'s `st_mode`: the type of the file and its permissions.
    pub(super) const fn st_mode(&self) -> u32 {
        let kind = match self.what {
            What::File { .. } => 0o100_000,
            What::Directory => 0o040_000,
            What::Symlink { .. } => 0o120_000,
        };
        kind | self.mode
    }
}
