//! A package, and what it is made of.

use std::collections::HashMap;
use std::io::{self, Read};
use std::num::NonZeroU32;
use std::sync::Arc;

use packager_artifact::{DigestMemo, Part, Sha256Digest, SharedBytes, SharedPart, Unsigned};
use zeroize::Zeroizing;

use crate::pkg::{SharedNotes, compose, write_shared};
use crate::{
    Architecture, Compressors, Content, Effort, Kind, OnUpgrade, Package, Position, Privacy, Scripts, SharedDigests,
    Tree,
};

pub(super) const BUILD_TIME: u64 = 1_700_000_001;

pub(super) fn content(text: &str) -> Arc<dyn Content> {
    Arc::new(Zeroizing::new(text.as_bytes().to_vec()))
}

pub(super) fn sample() -> Package {
    Package {
        name: "sample-agent".to_owned(),
        title: "Sample <agent> & more".to_owned(),
        identifier: "com.example.sample".to_owned(),
        version: "1.2.3-rc1".to_owned(),
        architecture: Architecture::Amd64,
        maintainer: "Nobody".to_owned(),
        description: "a \"sample\"".to_owned(),
        license: "MIT".to_owned(),
        homepage: "https://example.com".to_owned(),
        section: "admin".to_owned(),
        build_time: BUILD_TIME,
        scripts: Scripts {
            post_install: Some("echo installed\n".to_owned()),
            ..Scripts::default()
        },
        signatures: Vec::new(),
        product: None,
    }
}

pub(super) fn agent_tree() -> Tree {
    let mut tree = Tree::new();
    tree.directory("opt", 0o755).unwrap();
    tree.directory("opt/It's an app.app", 0o750).unwrap();
    tree.file("opt/It's an app.app/agent", 0o755, content(&"agent ".repeat(50_000)))
        .unwrap();
    tree.symlink("opt/It's an app.app/link", "agent").unwrap();
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
    let kind = Kind::File {
        content: content(secret),
        on_upgrade: OnUpgrade::Replace,
        privacy: Privacy::Secret,
    };
    tree.push("opt/secret", 0o600, kind).unwrap();
    tree.directory("opt/staging", 0o755).unwrap();
    tree
}

/// Where shared parts lie.
#[derive(Default)]
pub(super) struct Shelf {
    pub(super) parts: HashMap<SharedPart, Vec<u8>>,
    packed: DigestMemo,
    unpacked: DigestMemo,
}

impl SharedBytes for Shelf {
    fn open(&self, part: &SharedPart) -> io::Result<Box<dyn Read + Send + '_>> {
        let bytes = self.parts.get(part).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(bytes.as_slice()))
    }
}

impl Shelf {
    pub(super) fn add(&mut self, tree: &Tree, position: Position) -> (SharedPart, SharedNotes) {
        let best = Effort::Best(Compressors::new(NonZeroU32::MIN));
        let (bytes, notes) = write_shared(tree, position, best, BUILD_TIME, Vec::new()).unwrap();
        let part = SharedPart {
            sha256: Sha256Digest::of(&bytes),
            size_bytes: bytes.len() as u64,
        };
        self.parts.insert(part, bytes);
        (part, notes)
    }

    pub(super) fn digests(&self) -> SharedDigests<'_> {
        SharedDigests {
            bytes: self,
            packed: &self.packed,
            unpacked: &self.unpacked,
        }
    }

    pub(super) fn bytes(&self, package: &Unsigned) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in &package.parts {
            match part {
                Part::Own(own) => bytes.extend_from_slice(own.expose()),
                Part::Shared(part) => bytes.extend_from_slice(&self.parts[part]),
            }
        }
        bytes
    }
}

pub(super) fn compose_with(package: &Package, secret: &str) -> (Shelf, Unsigned) {
    let mut shelf = Shelf::default();
    let agent = shelf.add(&agent_tree(), Position::First);
    let metadata = shelf.add(&metadata_tree(), Position::Later);
    let shared = [(agent.0, &agent.1), (metadata.0, &metadata.1)];
    let composed = compose(package, &shared, &own_tree(secret), &shelf.digests()).unwrap();
    (shelf, composed)
}
