//! The file tree that a package installs: one model for all formats.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use packager_artifact::Sha256Digest;
use zeroize::Zeroizing;

use crate::Error;

/// Longest path that a tree takes, in bytes. dpkg, rpm and libarchive all read paths of this length.
const MAX_PATH_BYTES: usize = 1024;

/// A path inside a package: relative, with `/` between its segments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TreePath(String);

impl TreePath {
    /// Checks `path`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is empty, longer than 1,024 bytes, absolute, has an empty, `.` or `..` segment, or a
    /// control character (lists of files have one path a line).
    pub fn new(path: impl Into<String>) -> Result<Self, Error> {
        let path = path.into();
        let fault = if path.is_empty() || path.len() > MAX_PATH_BYTES {
            Some("is empty or too long")
        } else if path.chars().any(char::is_control) {
            Some("has a control character")
        } else if path.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            Some("is not a plain relative path")
        } else {
            None
        };
        match fault {
            Some(fault) => Err(Error::Invalid(format!("the path {path:?} {fault}"))),
            None => Ok(Self(path)),
        }
    }

    /// The path, without a leading slash.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The directory that it lies in; `None` at the top.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.0.rsplit_once('/').map(|(parent, _)| parent)
    }
}

impl fmt::Display for TreePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes of a file, opened as often as needed.
pub trait Content: Send + Sync {
    /// How many bytes [`Content::open`] will yield.
    fn size_bytes(&self) -> u64;

    /// Opens the file at its first byte.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn open(&self) -> io::Result<Box<dyn Read + '_>>;

    /// A name of the bytes: their SHA-256, or anything else that other bytes do not have.
    fn identity(&self) -> Sha256Digest;
}

impl Content for Zeroizing<Vec<u8>> {
    fn size_bytes(&self) -> u64 {
        self.len() as u64
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.as_slice()))
    }

    fn identity(&self) -> Sha256Digest {
        Sha256Digest::of(self)
    }
}

/// What an upgrade does with a file that was edited on the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUpgrade {
    /// The new package's file takes its place.
    Replace,
    /// The edited file stays, and the new package's lies beside it (rpm: `%config(noreplace)`; Arch: `backup`).
    KeepEdited,
}

/// Whether a digest of the file may stand where every user of the host can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// It may.
    Open,
    /// It may not: a digest of a file with a short secret in it lets anybody on the host try secrets against it.
    Secret,
}

/// What an entry is.
#[derive(Clone)]
pub enum Kind {
    /// A directory.
    Directory,
    /// A directory that belongs to the host: entries below it rely on it, and the package does not carry it, so that
    /// removing the package never removes it.
    HostDirectory,
    /// A regular file.
    File {
        /// Its bytes.
        content: Arc<dyn Content>,
        /// What an upgrade does with it.
        on_upgrade: OnUpgrade,
        /// Whether its digest may be listed.
        privacy: Privacy,
    },
    /// A symbolic link to the given target, taken as it is.
    Symlink(String),
}

/// One file, directory or link. It belongs to root.
#[derive(Clone)]
pub struct Entry {
    /// Where it is installed.
    pub path: TreePath,
    /// Permission bits, at most `0o7777`. Links have 0777.
    pub mode: u32,
    /// What it is.
    pub kind: Kind,
}

impl Entry {
    /// Whether lists that every user of a host can read are to leave out the file's digest: it is marked secret, and no
    /// upgrade compares it with its digest.
    pub(crate) const fn withholds_digest(&self) -> bool {
        matches!(
            &self.kind,
            Kind::File {
                privacy: Privacy::Secret,
                on_upgrade: OnUpgrade::Replace,
                ..
            }
        )
    }
}

/// Files, directories and links in the order in which a package carries them, each path once.
#[derive(Clone, Default)]
pub struct Tree {
    entries: Vec<Entry>,
}

impl Tree {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a directory.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a path that [`TreePath::new`] refuses.
    pub fn directory(&mut self, path: &str, mode: u32) -> Result<&mut Self, Error> {
        self.push(path, mode, Kind::Directory)
    }

    /// Names a directory that the host has, see [`Kind::HostDirectory`].
    ///
    /// # Errors
    /// As for [`Tree::directory`].
    pub fn host_directory(&mut self, path: &str) -> Result<&mut Self, Error> {
        self.push(path, 0o755, Kind::HostDirectory)
    }

    /// Adds a file that upgrades replace and whose digest may be listed.
    ///
    /// # Errors
    /// As for [`Tree::directory`].
    pub fn file(&mut self, path: &str, mode: u32, content: Arc<dyn Content>) -> Result<&mut Self, Error> {
        let kind = Kind::File {
            content,
            on_upgrade: OnUpgrade::Replace,
            privacy: Privacy::Open,
        };
        self.push(path, mode, kind)
    }

    /// Adds a symbolic link.
    ///
    /// # Errors
    /// As for [`Tree::directory`], and if the target is empty, too long or has a control character.
    pub fn symlink(&mut self, path: &str, target: &str) -> Result<&mut Self, Error> {
        if target.is_empty() || target.len() > MAX_PATH_BYTES || target.chars().any(char::is_control) {
            return Err(Error::Invalid(format!("the link target {target:?} cannot be stored")));
        }
        self.push(path, 0o777, Kind::Symlink(target.to_owned()))
    }

    /// Adds an entry of any kind.
    ///
    /// # Errors
    /// As for [`Tree::directory`], and if `mode` has other bits than permissions.
    pub fn push(&mut self, path: &str, mode: u32, kind: Kind) -> Result<&mut Self, Error> {
        if mode > 0o7777 {
            return Err(Error::Invalid(format!("the mode {mode:o} of {path:?} is not one")));
        }
        let path = TreePath::new(path)?;
        self.entries.push(Entry { path, mode, kind });
        Ok(self)
    }

    /// The entries in their order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A name of the tree: other trees, or the same with other bytes in a file, have another.
    #[must_use]
    pub fn identity(&self) -> Sha256Digest {
        let mut names = Vec::new();
        for entry in &self.entries {
            let (kind, content) = match &entry.kind {
                Kind::Directory => ("directory", Sha256Digest::of(b"")),
                Kind::HostDirectory => ("host directory", Sha256Digest::of(b"")),
                Kind::Symlink(target) => ("symlink", Sha256Digest::of(target.as_bytes())),
                Kind::File { content, .. } => ("file", content.identity()),
            };
            // Neither paths nor the words in front of them have a line break.
            let line = format!("{kind} {:o} {} {content} {}\n", entry.mode, options(entry), entry.path);
            names.extend_from_slice(line.as_bytes());
        }
        Sha256Digest::of(&names)
    }

    /// The entry at `path`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.path.as_str() == path)
    }
}

const fn options(entry: &Entry) -> &'static str {
    match &entry.kind {
        Kind::File {
            on_upgrade, privacy, ..
        } => match (on_upgrade, privacy) {
            (OnUpgrade::Replace, Privacy::Open) => "replace,open",
            (OnUpgrade::Replace, Privacy::Secret) => "replace,secret",
            (OnUpgrade::KeepEdited, Privacy::Open) => "keep,open",
            (OnUpgrade::KeepEdited, Privacy::Secret) => "keep,secret",
        },
        Kind::Directory | Kind::HostDirectory | Kind::Symlink(_) => "-",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_differs_gives_another_identity() {
        type Build = fn(&mut Tree);
        let builds: [Build; 8] = [
            |_| {},
            |t| drop(t.directory("a", 0o755)),
            |t| drop(t.directory("a", 0o700)),
            |t| drop(t.host_directory("a")),
            |t| drop(t.symlink("a", "b")),
            |t| drop(t.symlink("a", "c")),
            |t| drop(t.file("a", 0o644, Arc::new(Zeroizing::new(b"x".to_vec())))),
            |t| drop(t.file("a", 0o644, Arc::new(Zeroizing::new(b"y".to_vec())))),
        ];
        let identities: std::collections::HashSet<_> = builds
            .iter()
            .map(|build| {
                let mut tree = Tree::new();
                build(&mut tree);
                tree.identity()
            })
            .collect();
        assert_eq!(identities.len(), builds.len());
    }

    #[test]
    fn plain_relative_paths_are_taken() {
        for path in ["a", "opt/orbit/Fleet Desktop.app/x", "a..b/.c", "é", &"x".repeat(1024)] {
            assert_eq!(TreePath::new(path).unwrap().as_str(), path);
        }
        assert_eq!(TreePath::new("a/b/c").unwrap().parent(), Some("a/b"));
        assert_eq!(TreePath::new("a").unwrap().parent(), None);
    }

    #[test]
    fn other_paths_are_refused() {
        let long = "x".repeat(1025);
        for path in [
            "", "/a", "a/", "a//b", ".", "a/./b", "..", "a/../b", "a\nb", "a\0b", "a\u{85}b", &long,
        ] {
            assert!(TreePath::new(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn modes_and_link_targets_are_checked() {
        let mut tree = Tree::new();
        assert!(tree.directory("a", 0o7777).is_ok());
        assert!(tree.directory("b", 0o10000).is_err());
        for target in ["", "a\nb", &"x".repeat(1025)] {
            assert!(tree.symlink("l", target).is_err(), "{target:?}");
        }
        assert!(tree.get("a").is_some() && tree.get("b").is_none() && tree.get("l").is_none());
    }
}
