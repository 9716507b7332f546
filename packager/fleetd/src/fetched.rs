//! A component's target as it was fetched.

use std::sync::Arc;

use packager_artifact::Sha256Digest;
use packager_formats::Content;

use crate::named::NameOnly;

/// A target in either form.
#[derive(Clone)]
pub enum Fetched {
    /// An executable as it is.
    Executable(Arc<dyn Content>),
    /// An archive, unpacked.
    Archive(Archive),
}

/// An archive, unpacked.
#[derive(Clone)]
pub struct Archive {
    /// SHA-512 of the archive, in lower-case hexadecimal: orbit compares it with the repository's to see whether what
    /// is installed is current.
    pub sha512: String,
    /// What is in it, directories in front of what they hold.
    pub entries: Vec<ArchiveEntry>,
}

/// A directory, regular file or symbolic link of an archive.
#[derive(Clone)]
pub struct ArchiveEntry {
    /// Path inside the archive: relative, without `..`.
    pub path: String,
    /// Permission bits.
    pub mode: u32,
    /// What it is.
    pub content: EntryContent,
}

/// What an entry of an archive is.
#[derive(Clone)]
pub enum EntryContent {
    /// A directory.
    Directory,
    /// A file.
    File(Arc<dyn Content>),
    /// A symbolic link to this target, which is within the archive.
    Symlink(String),
}

impl Fetched {
    /// What stands for a target that has not been fetched, in a tree that is made for its
    /// [identity](packager_formats::Tree::identity) alone. `identity` names the target's bytes.
    #[must_use]
    pub fn placeholder(form: crate::Form, identity: Sha256Digest) -> Self {
        let content: Arc<dyn Content> = Arc::new(NameOnly(identity));
        match form {
            crate::Form::Executable => Self::Executable(content),
            crate::Form::Archive => Self::Archive(Archive {
                sha512: String::new(),
                entries: vec![ArchiveEntry {
                    // Goes up whenever an archive is installed in another way than before.
                    path: "contents of an archive, 2".to_owned(),
                    mode: 0,
                    content: EntryContent::File(content),
                }],
            }),
        }
    }
}
