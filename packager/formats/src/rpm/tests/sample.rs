//! A sample package, and what it is composed of.

use std::collections::HashMap;
use std::io::Read;
use std::num::NonZeroU32;
use std::sync::Arc;

use packager_artifact::{DigestMemo, Part, Sha256Digest, SharedBytes, SharedPart, Unsigned};
use zeroize::Zeroizing;

use crate::rpm::{SharedNotes, compose, write_shared};
use crate::{
    Architecture, Compression, Compressors, Content, Effort, Kind, OnUpgrade, Package, Position, Privacy, Scripts,
    SharedDigests, Tree,
};

pub(super) const BUILD_TIME: u64 = 1_700_000_001;
pub(super) const BOTH: [Compression; 2] = [Compression::Xz, Compression::Gzip];

/// Shared parts in memory.
#[derive(Default)]
pub(super) struct Shelf(pub(super) HashMap<SharedPart, Vec<u8>>);

impl SharedBytes for Shelf {
    fn open(&self, part: &SharedPart) -> std::io::Result<Box<dyn Read + Send + '_>> {
        let bytes = self.0.get(part).ok_or(std::io::ErrorKind::NotFound)?;
        Ok(Box::new(bytes.as_slice()))
    }
}

impl Shelf {
    pub(super) fn add(
        &mut self,
        tree: &Tree,
        position: Position,
        compression: Compression,
    ) -> (SharedPart, SharedNotes) {
        let effort = match position {
            Position::First => Effort::Best(Compressors::new(NonZeroU32::MIN)),
            Position::Later => Effort::Quick,
        };
        let (bytes, notes) = write_shared(tree, position, compression, effort, BUILD_TIME, Vec::new()).unwrap();
        let part = SharedPart {
            sha256: Sha256Digest::of(&bytes),
            size_bytes: bytes.len() as u64,
        };
        self.0.insert(part, bytes);
        (part, notes)
    }

    pub(super) fn bytes(&self, package: &Unsigned) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in &package.parts {
            match part {
                Part::Own(own) => bytes.extend_from_slice(own.expose()),
                Part::Shared(part) => bytes.extend_from_slice(&self.0[part]),
            }
        }
        bytes
    }
}

/// What is remembered of shared parts.
#[derive(Default)]
pub(super) struct Memos {
    packed: DigestMemo,
    unpacked: DigestMemo,
}

impl Memos {
    pub(super) fn over<'a>(&'a self, bytes: &'a dyn SharedBytes) -> SharedDigests<'a> {
        SharedDigests {
            bytes,
            packed: &self.packed,
            unpacked: &self.unpacked,
        }
    }
}

pub(super) fn content(text: &str) -> Arc<dyn Content> {
    Arc::new(Zeroizing::new(text.as_bytes().to_vec()))
}

pub(super) fn package() -> Package {
    Package {
        name: "sample-agent".to_owned(),
        title: "Sample".to_owned(),
        identifier: "com.example.sample".to_owned(),
        version: "1.2.3-rc1".to_owned(),
        architecture: Architecture::Arm64,
        maintainer: "Nobody".to_owned(),
        description: "a sample".to_owned(),
        license: "MIT".to_owned(),
        homepage: "https://example.com".to_owned(),
        section: "admin".to_owned(),
        build_time: BUILD_TIME,
        scripts: Scripts {
            post_install: Some("echo installed\n".to_owned()),
            post_transaction: Some("echo done\n".to_owned()),
            ..Scripts::default()
        },
        signatures: Vec::new(),
        product: None,
    }
}

pub(super) fn long_directory() -> String {
    format!("opt/{}", "long-".repeat(40))
}

pub(super) fn agent_tree() -> Tree {
    let mut tree = Tree::new();
    tree.host_directory("opt").unwrap();
    tree.directory(&long_directory(), 0o750).unwrap();
    tree.file("opt/agent", 0o755, content(&"agent ".repeat(50_000)))
        .unwrap();
    tree.file(&format!("{}/a file", long_directory()), 0o644, content("long"))
        .unwrap();
    tree.symlink("opt/link", "/opt/agent").unwrap();
    tree
}

pub(super) fn metadata_tree() -> Tree {
    let mut tree = Tree::new();
    tree.file("opt/metadata.json", 0o600, content(&"0123456789abcdef".repeat(5000)))
        .unwrap();
    tree
}

pub(super) fn own_tree(secret: &str) -> Tree {
    let mut tree = Tree::new();
    for (path, content, on_upgrade) in [
        ("opt/secret", content(secret), OnUpgrade::Replace),
        ("opt/flags", content("--flag\n"), OnUpgrade::KeepEdited),
    ] {
        let kind = Kind::File {
            content,
            on_upgrade,
            privacy: Privacy::Secret,
        };
        tree.push(path, 0o600, kind).unwrap();
    }
    tree
}

/// A composed package, and the shelf that its shared parts lie on.
pub(super) fn composed(compression: Compression, secret: &str) -> (Shelf, Unsigned) {
    let mut shelf = Shelf::default();
    let agent = shelf.add(&agent_tree(), Position::First, compression);
    let metadata = shelf.add(&metadata_tree(), Position::Later, compression);
    let memos = Memos::default();
    let digests = memos.over(&shelf);
    let shared = [(agent.0, &agent.1), (metadata.0, &metadata.1)];
    let package = compose(&package(), &shared, &own_tree(secret), compression, &digests).unwrap();
    (shelf, package)
}
