use std::path::PathBuf;

use super::path::ArchivePath;

/// A file, directory or symbolic link of an unpacked archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpackedEntry {
    /// Where in the archive's tree it belongs.
    pub path: ArchivePath,
    /// Permission bits, `0o000` to `0o777`: set-user-ID, set-group-ID and sticky are cleared.
    /// Directories that the archive only implies have `0o755`.
    pub mode: u32,
    /// What it is.
    pub kind: EntryKind,
}

/// What an [`UnpackedEntry`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryKind {
    /// A directory.
    Directory,
    /// A regular file.
    File {
        /// Its length.
        size_bytes: u64,
        /// Its SHA-256.
        sha256: [u8; 32],
        /// Where its content lies.
        source: PathBuf,
    },
    /// A symbolic link.
    Symlink {
        /// Where it leads: a relative path that does not leave the archive's tree.
        target: String,
    },
}
