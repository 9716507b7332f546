//! `dpkg-deb`, `ar` and `tar` decide.

use std::io::Write;
use std::num::NonZeroU32;
use std::path::Path;
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
const BOTH: [Compression; 2] = [Compression::Xz, Compression::Gzip];

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

fn long_directory() -> String {
    format!("opt/{}", "long-".repeat(40))
}

fn agent_tree() -> Tree {
    let mut tree = Tree::new();
    tree.directory("opt", 0o755).unwrap();
    tree.directory(&long_directory(), 0o750).unwrap();
    tree.file("opt/agent", 0o755, content(&"agent ".repeat(50_000)))
        .unwrap();
    tree.file(
        &format!("{}/{}", long_directory(), "file ".repeat(10)),
        0o644,
        content("long"),
    )
    .unwrap();
    tree.host_directory("opt/host").unwrap();
    tree.symlink("opt/link", "/opt/agent").unwrap();
    tree.symlink("opt/far", &format!("/{}", "far/".repeat(50))).unwrap();
    tree
}

fn metadata_tree() -> Tree {
    let mut tree = Tree::new();
    tree.file("opt/metadata.json", 0o600, content(&"0123456789abcdef".repeat(5000)))
        .unwrap();
    tree
}

fn own_tree(secret: &str) -> Tree {
    let mut tree = Tree::new();
    let secret = Kind::File {
        content: content(secret),
        on_upgrade: OnUpgrade::Replace,
        privacy: Privacy::Secret,
    };
    tree.push("opt/secret", 0o600, secret).unwrap();
    let flags = Kind::File {
        content: content("--flag\n"),
        on_upgrade: OnUpgrade::KeepEdited,
        privacy: Privacy::Secret,
    };
    tree.push("opt/flags", 0o600, flags).unwrap();
    tree
}

/// A shared run with its bytes.
fn shared(
    tree: &Tree,
    position: Position,
    compression: Compression,
    effort: Effort,
) -> (Vec<u8>, (SharedPart, TarNotes)) {
    let (bytes, notes) = write_run(
        tree,
        Dialect::Deb,
        position,
        compression,
        effort,
        BUILD_TIME,
        Vec::new(),
    )
    .unwrap();
    let part = SharedPart {
        sha256: Sha256Digest::of(&bytes),
        size_bytes: bytes.len() as u64,
    };
    (bytes, (part, notes))
}

struct Deb {
    parts: Vec<Part>,
    file_name: String,
    bytes: Vec<u8>,
}

fn deb(compression: Compression, secret: &str) -> Deb {
    deb_with(compression, secret, |composed| composed)
}

/// The same, with something done to it after it was composed.
fn deb_with(compression: Compression, secret: &str, change: impl FnOnce(Unsigned) -> Unsigned) -> Deb {
    let best = Effort::Best(Compressors::new(NonZeroU32::MIN));
    let (agent, agent_notes) = shared(&agent_tree(), Position::First, compression, best);
    let (metadata, metadata_notes) = shared(&metadata_tree(), Position::Later, compression, Effort::Quick);
    let runs = [(agent_notes.0, &agent_notes.1), (metadata_notes.0, &metadata_notes.1)];
    let composed = change(compose(&package(), &runs, &own_tree(secret), compression).unwrap());
    let mut bytes = Vec::new();
    for part in &composed.parts {
        match part {
            Part::Own(own) => bytes.extend_from_slice(own.expose()),
            Part::Shared(part) if *part == agent_notes.0 => bytes.extend_from_slice(&agent),
            Part::Shared(_) => bytes.extend_from_slice(&metadata),
        }
    }
    Deb {
        parts: composed.parts,
        file_name: composed.file_name,
        bytes,
    }
}

/// Writes the package into `folder` and runs a tool there.
fn tool(folder: &Path, deb: &Deb, command: &str) -> String {
    std::fs::write(folder.join("it.deb"), &deb.bytes).unwrap();
    let output = Command::new("sh")
        .arg("-ec")
        .arg(command)
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text
}

#[test]
fn stock_tools_read_every_field_and_file() {
    for compression in BOTH {
        let deb = deb(compression, "hunter2");
        assert_eq!(deb.file_name, "sample-agent_1.2.3~rc1_arm64.deb");
        let folder = tempfile::tempdir().unwrap();
        let extension = compression.extension();

        let members = tool(folder.path(), &deb, "ar t it.deb");
        assert_eq!(
            members,
            format!("debian-binary\ncontrol.tar.gz\ndata.tar.{extension}\n")
        );
        assert_eq!(
            tool(folder.path(), &deb, "dpkg-deb --field it.deb"),
            "Package: sample-agent\nVersion: 1.2.3~rc1\nSection: admin\nPriority: optional\nArchitecture: arm64\n\
             Maintainer: Nobody <nobody@example.com>\nInstalled-Size: 379\nHomepage: https://example.com\n\
             Description: a sample\n"
        );

        let listing = tool(
            folder.path(),
            &deb,
            "dpkg-deb --fsys-tarfile it.deb | TZ=UTC tar -tv --full-time",
        );
        let long = format!("./{}/{}", long_directory(), "file ".repeat(10));
        for (line, mode, size, name) in [
            (0, "drwxr-xr-x", "0", "./opt/".to_owned()),
            (1, "drwxr-x---", "0", format!("./{}/", long_directory())),
            (2, "-rwxr-xr-x", "300000", "./opt/agent".to_owned()),
            (3, "-rw-r--r--", "4", long),
            (4, "lrwxrwxrwx", "0", "./opt/link -> /opt/agent".to_owned()),
            (5, "lrwxrwxrwx", "0", format!("./opt/far -> /{}", "far/".repeat(50))),
            (6, "-rw-------", "80000", "./opt/metadata.json".to_owned()),
            (7, "-rw-------", "7", "./opt/secret".to_owned()),
            (8, "-rw-------", "7", "./opt/flags".to_owned()),
        ] {
            let want = format!("{mode} root/root {size} 2023-11-14 22:13:21 {name}");
            let got: Vec<&str> = listing.lines().nth(line).unwrap().split_whitespace().collect();
            let want: Vec<&str> = want.split_whitespace().collect();
            assert_eq!(got, want);
        }
        assert_eq!(listing.lines().count(), 9);

        tool(
            folder.path(),
            &deb,
            "dpkg-deb --extract it.deb out && dpkg-deb --control it.deb control",
        );
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(read("out/opt/secret"), "hunter2");
        assert_eq!(read("out/opt/agent"), "agent ".repeat(50_000));
        let sums = read("control/md5sums");
        assert!(!sums.contains("opt/secret"), "{sums}");
        assert!(sums.contains("  opt/flags\n"), "{sums}");
        tool(folder.path(), &deb, "cd out && md5sum -c ../control/md5sums");
        assert_eq!(read("control/postinst").matches("echo installed\n").count(), 1);
        assert!(!folder.path().join("control/prerm").exists());
        tool(folder.path(), &deb, "for s in control/p*; do sh -n $s; done");
    }
}

#[test]
fn customers_differ_in_the_own_tail_alone() {
    for compression in BOTH {
        let one = deb(compression, "secret one");
        let two = deb(compression, "a much longer secret, of another customer");
        assert_eq!(one.parts[..3], two.parts[..3]);
        assert_ne!(one.parts[3], two.parts[3]);
        let again = deb(compression, "secret one");
        assert!(one.bytes == again.bytes);
    }
}

#[test]
fn a_signature_is_over_the_members_and_is_one_itself() {
    for (compression, signature) in [(Compression::Xz, "odd"), (Compression::Gzip, "even")] {
        let mut ranges = Vec::new();
        let deb = deb_with(compression, "hunter2", |composed| {
            ranges = signed_ranges(&composed).unwrap();
            let signed = attach_signature(composed, signature.as_bytes(), BUILD_TIME).unwrap();
            assert!(matches!(signed_ranges(&signed), Err(Error::Mismatch(_))));
            let again = attach_signature(signed.clone(), b"again", BUILD_TIME);
            assert!(matches!(again, Err(Error::Mismatch(_))));
            signed
        });
        let folder = tempfile::tempdir().unwrap();
        let extension = compression.extension();
        assert_eq!(
            tool(folder.path(), &deb, "ar t it.deb"),
            format!("debian-binary\ncontrol.tar.gz\ndata.tar.{extension}\n_gpgorigin\n")
        );
        assert_eq!(tool(folder.path(), &deb, "ar p it.deb _gpgorigin"), signature);
        tool(
            folder.path(),
            &deb,
            "dpkg-deb --extract it.deb out && dpkg-deb --info it.deb",
        );
        assert!(folder.path().join("out/opt/secret").exists());

        let content: Vec<u8> = ranges
            .into_iter()
            .flat_map(|range| usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap())
            .map(|at| deb.bytes[at])
            .collect();
        std::fs::write(folder.path().join("content"), content).unwrap();
        let signed = format!("ar p it.deb debian-binary control.tar.gz data.tar.{extension} | cmp - content");
        tool(folder.path(), &deb, &signed);
    }
}

#[test]
fn trees_that_do_not_fit_are_refused() {
    let best = Effort::Best(Compressors::new(NonZeroU32::MIN));
    let (_, (part, notes)) = shared(&agent_tree(), Position::First, Compression::Gzip, best);
    let compose_own = |path: &str, compression| {
        let mut own = Tree::new();
        own.file(path, 0o644, content("x")).unwrap();
        compose(&package(), &[(part, &notes)], &own, compression).map(|_| ())
    };
    assert!(compose_own("opt/new", Compression::Gzip).is_ok());
    assert!(compose_own("opt/host/new", Compression::Gzip).is_ok());
    for (path, compression) in [
        ("opt/agent", Compression::Gzip),
        ("opt/agent/below-a-file", Compression::Gzip),
        ("elsewhere/new", Compression::Gzip),
        ("opt/host", Compression::Gzip),
        ("opt/new", Compression::Xz),
    ] {
        let error = compose_own(path, compression).unwrap_err();
        assert!(matches!(error, Error::Mismatch(_)), "{path}: {error}");
    }
}

#[test]
fn texts_that_would_break_control_are_refused() {
    type Change = fn(&mut Package);
    let changes: [Change; 6] = [
        |p| p.name = "Sample".to_owned(),
        |p| p.name = "a".to_owned(),
        |p| p.version = "1.0\nX: y".to_owned(),
        |p| p.maintainer = "a\nb".to_owned(),
        |p| p.description = String::new(),
        |p| p.homepage = "\u{85}".to_owned(),
    ];
    for change in changes {
        let mut package = package();
        change(&mut package);
        let result = compose(&package, &[], &Tree::new(), Compression::Gzip);
        assert!(matches!(result, Err(Error::Invalid(_))), "{package:?}");
    }
}

#[test]
fn a_file_of_another_length_is_an_error() {
    /// Says five bytes, has others.
    struct Liar(&'static [u8]);
    impl Content for Liar {
        fn size_bytes(&self) -> u64 {
            5
        }
        fn open(&self) -> std::io::Result<Box<dyn std::io::Read + '_>> {
            Ok(Box::new(self.0))
        }
        fn identity(&self) -> Sha256Digest {
            Sha256Digest::of(self.0)
        }
    }
    for bytes in [&b"four"[..], b"sixsix"] {
        let mut tree = Tree::new();
        tree.file("a", 0o644, Arc::new(Liar(bytes))).unwrap();
        let result = write_run(
            &tree,
            Dialect::Deb,
            Position::First,
            Compression::Gzip,
            Effort::Quick,
            0,
            Vec::new(),
        );
        assert!(matches!(result, Err(Error::Mismatch(_))));
    }
}

#[test]
fn a_writer_that_fails_is_an_error() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    for compression in BOTH {
        let result = write_run(
            &agent_tree(),
            Dialect::Deb,
            Position::First,
            compression,
            Effort::Quick,
            0,
            Full,
        );
        assert!(result.is_err());
    }
}
