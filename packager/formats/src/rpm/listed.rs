//! A file as the header lists it.

use serde::{Deserialize, Serialize};

/// An entry that was written, or a directory of the host that entries rely on.
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
        /// SHA-256 of the content, in hexadecimal.
        sha256: String,
        /// Length of the content.
        size_bytes: u32,
        /// Whether an upgrade leaves it as it was edited.
        is_kept: bool,
    },
    /// A directory.
    Directory,
    /// A directory of the host, which is in no list.
    HostDirectory,
    /// A symbolic link.
    Symlink {
        /// Where to.
        target: String,
    },
}

impl Listed {
    /// The length that the header says: of a link that of its target, of a directory none.
    pub(super) fn size_bytes(&self) -> u32 {
        match &self.what {
            What::File { size_bytes, .. } => *size_bytes,
            // Targets have at most 1,024 bytes.
            What::Symlink { target } => u32::try_from(target.len()).unwrap_or(u32::MAX),
            What::Directory | What::HostDirectory => 0,
        }
    }

    /// stat(2)'s `st_mode`: the type of the file and its permissions.
    pub(super) const fn st_mode(&self) -> u32 {
        let kind = match self.what {
            What::File { .. } => 0o100_000,
            What::Directory | What::HostDirectory => 0o040_000,
            What::Symlink { .. } => 0o120_000,
        };
        kind | self.mode
    }
}
