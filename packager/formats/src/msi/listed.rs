//! What is remembered of a file or directory of a package.

use serde::{Deserialize, Serialize};

use super::file_version::FileVersion;

/// A file or directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    pub(super) path: String,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum What {
    Directory,
    File(FileNotes),
}

/// What tables say of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileNotes {
    pub(super) size_bytes: u64,
    /// The MD5 that `MsiFileHash` has. None for a file of which no digest may be listed: Windows keeps a copy of the
    /// database that every user can read.
    pub(super) md5: Option<[u8; 16]>,
    /// Of a program.
    pub(super) version: Option<FileVersion>,
    /// Whether only the system and administrators may read it.
    pub(super) is_secret: bool,
}
