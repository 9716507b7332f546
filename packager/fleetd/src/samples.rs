//! What the tests of all platforms share.

use std::io::Read;
use std::sync::Arc;

use packager_formats::{Content, Entry, Kind, Package, Tree};
use packager_spec::PackageSpec;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{Archive, ArchiveEntry, Codes, EntryContent, Fetched};

/// What a package of release 1.58.0 says of itself.
pub(crate) fn package(spec: &PackageSpec) -> Package {
    let codes = Codes {
        product: Uuid::from_u128(1),
        package: Uuid::from_u128(2),
    };
    crate::package(spec, "https://tuf.example.com", "1.58.0", 7, codes).unwrap()
}

pub(crate) fn content(text: &str) -> Arc<dyn Content> {
    Arc::new(Zeroizing::new(text.as_bytes().to_vec()))
}

pub(crate) fn executable(text: &str) -> Fetched {
    Fetched::Executable(content(text))
}

/// An archive of paths with modes.
pub(crate) fn archive(entries: Vec<(&str, u32, EntryContent)>) -> Fetched {
    let entries = entries.into_iter().map(|(path, mode, content)| ArchiveEntry {
        path: path.to_owned(),
        mode,
        content,
    });
    Fetched::Archive(Archive {
        sha512: "ab".repeat(64),
        entries: entries.collect(),
    })
}

/// A line for each entry.
pub(crate) fn lines(tree: &Tree) -> Vec<String> {
    let line = |entry: &Entry| match &entry.kind {
        Kind::Directory => format!("d {:o} {}", entry.mode, entry.path),
        Kind::HostDirectory => format!("h {}", entry.path),
        Kind::File { .. } => format!("f {:o} {}", entry.mode, entry.path),
        Kind::Symlink(target) => format!("l {} -> {target}", entry.path),
    };
    tree.entries().iter().map(line).collect()
}

/// The text of a file.
pub(crate) fn read(tree: &Tree, path: &str) -> String {
    let entry = tree.get(path).unwrap_or_else(|| panic!("{path} is not there"));
    let Kind::File { content, .. } = &entry.kind else {
        panic!("{path} is no file")
    };
    let mut text = String::new();
    content.open().unwrap().read_to_string(&mut text).unwrap();
    text
}
