//! The agent as it was fetched.

use std::sync::Arc;

use packager_formats::Content;

/// A target that is an executable as it is.
#[derive(Clone)]
pub struct Program {
    /// Its bytes.
    pub content: Arc<dyn Content>,
}

/// A directory or regular file of an archive.
#[derive(Clone)]
pub struct BundleEntry {
    /// Path inside the archive: relative, without `..`.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// The bytes of a file; `None` for a directory.
    pub content: Option<Arc<dyn Content>>,
}

/// A target that is an archive, unpacked.
#[derive(Clone)]
pub struct Bundle {
    /// SHA-512 of the archive, in lower-case hexadecimal: orbit compares it with the repository's to see whether what
    /// is installed is current.
    pub archive_sha512: String,
    /// What is in it, directories in front of what they hold.
    pub entries: Vec<BundleEntry>,
}

/// Either form of a target.
#[derive(Clone)]
pub enum Component {
    /// An executable.
    Program(Program),
    /// An archive, unpacked.
    Bundle(Bundle),
}

/// The fetched targets of one release.
#[derive(Clone)]
pub struct Agent {
    /// The version of orbit, which is the version of the package.
    pub orbit_version: String,
    /// orbit.
    pub orbit: Component,
    /// osqueryd.
    pub osqueryd: Component,
    /// Fleet Desktop, if asked for.
    pub desktop: Option<Component>,
}
