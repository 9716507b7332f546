//! What composing does. That stock tools read it is shown by the scenarios with pacman.

use std::num::NonZeroU32;
use std::process::Command;
use std::sync::Arc;

use packager_artifact::{Part, Sha256Digest, SharedPart, Unsigned};
use zeroize::Zeroizing;

use super::*;
use crate::tar_run::{TarNotes, write_run};
use crate::tarball::Dialect;
use crate::{
    Architecture, Compression, Compressors, Content, Effort, Error, Kind, OnUpgrade, Package, Position, Privacy,
    Scripts, Tree,
};

const BUILD_TIME: u64 = 1_700_000_001;

fn content(text: &str) -> Arc<dyn Content> {
    Arc::new(Zeroizing::new(text.as_bytes().to_vec()))
}

fn package() -> Package {
    Package {
        name: "sample-agent".to_owned(),
        title: "Sample".to_owned(),
        identifier: "com.example.sample".to_owned(),
        version: "1.2.3-rc1".to_owned(),
        architecture: Architecture::Arm64,
        maintainer: "Nobody <nobody@example.com>".to_owned(),
        description: "a sample".to_owned(),
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

fn agent_tree() -> Tree {
    let mut tree = Tree::new();
    tree.directory("opt", 0o755).unwrap();
    tree.file("opt/agent of a sample", 0o755, content(&"agent ".repeat(50_000)))
        .unwrap();
    tree.symlink("opt/link", "/opt/agent of a sample").unwrap();
    tree
}

fn own_tree(secret: &str) -> Tree {
    let mut tree = Tree::new();
    for (path, text, on_upgrade) in [
        ("opt/secret", secret, OnUpgrade::Replace),
        ("opt/flags", "--flag\n", OnUpgrade::KeepEdited),
    ] {
        let file = Kind::File {
            content: content(text),
            on_upgrade,
            privacy: Privacy::Secret,
        };
        tree.push(path, 0o600, file).unwrap();
    }
    tree
}

fn shared() -> (Vec<u8>, SharedPart, TarNotes) {
    let best = Effort::Best(Compressors::new(NonZeroU32::MIN));
    let (bytes, notes) = write_run(
        &agent_tree(),
        Dialect::Arch,
        Position::Later,
        Compression::Zstd,
        best,
        BUILD_TIME,
        Vec::new(),
    )
    .unwrap();
    let part = SharedPart {
        sha256: Sha256Digest::of(&bytes),
        size_bytes: bytes.len() as u64,
    };
    (bytes, part, notes)
}

fn composed(secret: &str) -> (Unsigned, Vec<u8>) {
    let (shared_bytes, part, notes) = shared();
    let composed = compose(&package(), &[(part, &notes)], &own_tree(secret)).unwrap();
    let mut bytes = Vec::new();
    for part in &composed.parts {
        match part {
            Part::Own(own) => bytes.extend_from_slice(own.expose()),
            Part::Shared(_) => bytes.extend_from_slice(&shared_bytes),
        }
    }
    (composed, bytes)
}

/// What bsdtar finds in a package's file.
fn file(bytes: &[u8], name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it.pkg.tar.zst");
    std::fs::write(&path, bytes).unwrap();
    let output = Command::new("bsdtar").arg("-xOf").arg(path).arg(name).output().unwrap();
    assert!(output.status.success(), "{name}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn customers_differ_in_the_own_tail_alone() {
    let (one, bytes) = composed("secret one");
    let (two, _) = composed("a much longer secret, of another customer");
    assert_eq!(one.file_name, "sample-agent-1.2.3rc1-1-aarch64.pkg.tar.zst");
    assert_eq!(one.parts.len(), 3);
    assert_eq!(one.parts[..2], two.parts[..2]);
    assert_ne!(one.parts[2], two.parts[2]);
    assert!(composed("secret one").1 == bytes);
}

#[test]
fn a_package_says_what_pacman_must_know() {
    let (_, bytes) = composed("hunter2");
    assert_eq!(
        file(&bytes, ".PKGINFO"),
        "pkgname = sample-agent\npkgbase = sample-agent\npkgver = 1.2.3rc1-1\npkgdesc = a sample\n\
         url = https://example.com\nbuilddate = 1700000001\npackager = Nobody <nobody@example.com>\nsize = 308192\n\
         arch = aarch64\nlicense = MIT\nbackup = opt/flags\n"
    );
    assert!(file(&bytes, ".INSTALL").starts_with("post_install() ("));
    assert_eq!(file(&bytes, "opt/secret"), "hunter2");
}

#[test]
fn trees_that_do_not_fit_are_refused() {
    let (_, part, notes) = shared();
    let compose_own = |path: &str| {
        let mut own = Tree::new();
        own.file(path, 0o644, content("x")).unwrap();
        compose(&package(), &[(part, &notes)], &own).map(drop)
    };
    assert!(compose_own("opt/new").is_ok());
    for path in ["opt/link", "opt/link/below", "elsewhere/new"] {
        assert!(matches!(compose_own(path), Err(Error::Mismatch(_))), "{path}");
    }
    let (_, xz) = write_run(
        &agent_tree(),
        Dialect::Arch,
        Position::First,
        Compression::Xz,
        Effort::Quick,
        BUILD_TIME,
        Vec::new(),
    )
    .unwrap();
    let foreign = compose(&package(), &[(part, &xz)], &Tree::new());
    assert!(matches!(foreign, Err(Error::Mismatch(_))));
}

#[test]
fn texts_that_would_break_the_files_are_refused() {
    type Change = fn(&mut Package);
    let changes: [Change; 6] = [
        |p| p.name = "Sample".to_owned(),
        |p| p.name = "-sample".to_owned(),
        |p| p.version = "1.0\nx = y".to_owned(),
        |p| p.maintainer = "a\nb".to_owned(),
        |p| p.description = String::new(),
        |p| p.homepage = "\u{85}".to_owned(),
    ];
    for change in changes {
        let mut package = package();
        change(&mut package);
        let result = compose(&package, &[], &Tree::new());
        assert!(matches!(result, Err(Error::Invalid(_))), "{package:?}");
    }
}
