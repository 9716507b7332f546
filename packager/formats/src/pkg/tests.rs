//! bsdtar, `cpio` and `gzip` decide; the scenarios have more readers.

mod sample;

use std::io::Read;
use std::path::Path;
use std::process::Command;

use packager_artifact::{Part, Unsigned, sha1};

use self::sample::{Shelf, agent_tree, compose_with, content, own_tree, sample};
use super::*;
use crate::{Compression, Error, Package, Position, Scripts, Tree};

/// Writes the package into `folder` as `it.pkg` and runs a script there.
fn tool(folder: &Path, bytes: &[u8], script: &str) -> String {
    std::fs::write(folder.join("it.pkg"), bytes).unwrap();
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder)
        .env("TZ", "UTC")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && complaint.is_empty(),
        "{script}: {text}{complaint}"
    );
    text
}

fn table(bytes: &[u8]) -> String {
    let size = usize::try_from(u64::from_be_bytes(bytes[8..16].try_into().unwrap())).unwrap();
    let mut text = String::new();
    flate2::read::ZlibDecoder::new(&bytes[28..28 + size])
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(u64::from_be_bytes(bytes[16..24].try_into().unwrap()), text.len() as u64);
    text
}

#[test]
fn bsdtar_and_cpio_unpack_every_file() {
    let (shelf, package) = compose_with(&sample(), "hunter2");
    assert_eq!(package.file_name, "sample-agent.pkg");
    let bytes = shelf.bytes(&package);
    let folder = tempfile::tempdir().unwrap();
    let ask = |script: &str| tool(folder.path(), &bytes, script);
    assert_eq!(
        ask("bsdtar -tf it.pkg"),
        "Distribution\nbase.pkg\nbase.pkg/Bom\nbase.pkg/PackageInfo\nbase.pkg/Scripts\nbase.pkg/Payload\n"
    );
    // bsdtar compares checksums as it reads.
    ask("bsdtar -xf it.pkg; gzip --test < base.pkg/Payload; file base.pkg/Payload | grep -q 'gzip compressed'");
    let listing = "gzip -dc base.pkg/Payload | cpio --quiet --list --verbose --numeric-uid-gid";
    let time = "Nov 14  2023";
    assert_eq!(
        ask(listing),
        format!(
            "drwxr-xr-x   1 0        80              0 {time} .\n\
             drwxr-xr-x   1 0        80              0 {time} ./opt\n\
             drwxr-x---   1 0        80              0 {time} ./opt/It's an app.app\n\
             -rwxr-xr-x   1 0        80         300000 {time} ./opt/It's an app.app/agent\n\
             lrwxrwxrwx   1 0        80              5 {time} ./opt/It's an app.app/link -> agent\n\
             -rw-------   1 0        80          80000 {time} ./opt/metadata.json\n\
             -rw-------   1 0        80              7 {time} ./opt/secret\n\
             drwxr-xr-x   1 0        80              0 {time} ./opt/staging\n"
        )
    );
    assert_eq!(
        ask("gzip -dc base.pkg/Scripts | cpio --quiet --extract --to-stdout ./postinstall"),
        "#!/bin/sh\nset -e\necho installed\n"
    );
    // Two readers, one tree.
    ask(
        "mkdir a b; gzip -dc base.pkg/Payload | (cd a; cpio --quiet --extract); bsdtar -xf base.pkg/Payload -C b; diff -r a b",
    );
    assert_eq!(ask("cat a/opt/secret; wc -c <a/opt/metadata.json"), "hunter280000\n");
}

#[test]
fn the_table_of_contents_has_the_checksums_of_everything() {
    let (shelf, package) = compose_with(&sample(), "hunter2");
    let bytes = shelf.bytes(&package);
    let folder = tempfile::tempdir().unwrap();
    tool(folder.path(), &bytes, "bsdtar -xf it.pkg");
    let table = table(&bytes);
    for name in [
        "Distribution",
        "base.pkg/Bom",
        "base.pkg/PackageInfo",
        "base.pkg/Scripts",
        "base.pkg/Payload",
    ] {
        let sum = tool(folder.path(), &bytes, &format!("sha256sum {name} | cut -c-64"));
        assert_eq!(table.matches(sum.trim()).count(), 2, "{name}: {table}");
    }
    let checksum = toc_checksum(&package).unwrap();
    let size = usize::try_from(u64::from_be_bytes(bytes[8..16].try_into().unwrap())).unwrap();
    assert_eq!(sha1(&bytes[28..28 + size]), checksum);
    assert_eq!(bytes[28 + size..][..20], checksum);
}

#[test]
fn what_is_shared_lies_in_one_piece_and_is_read_once() {
    let (shelf, package) = compose_with(&sample(), "hunter2");
    assert!(matches!(
        package.parts.as_slice(),
        [Part::Own(_), Part::Shared(_), Part::Shared(_), Part::Own(_)]
    ));
    let again = compose_with(&sample(), "hunter2").1;
    assert!(shelf.bytes(&package) == compose_with(&sample(), "hunter2").0.bytes(&again));
    // With what is remembered, composing needs no shared byte.
    let mut shelf = Shelf::default();
    let agent = shelf.add(&agent_tree(), Position::First);
    remember(&[(agent.0, &agent.1)], &shelf.digests()).unwrap();
    let bytes = std::mem::take(&mut shelf.parts);
    let composed = compose(&sample(), &[(agent.0, &agent.1)], &own_tree("x"), &shelf.digests()).unwrap();
    shelf.parts = bytes;
    let folder = tempfile::tempdir().unwrap();
    tool(folder.path(), &shelf.bytes(&composed), "bsdtar -xf it.pkg");
}

/// Beside the bill of materials, with the largest file of flags that can be asked for.
#[test]
fn little_is_a_packages_own() {
    let (_, package) = compose_with(&sample(), &"f".repeat(64 << 10));
    let own = package.parts.iter().map(|part| match part {
        Part::Own(own) => own.size_bytes(),
        Part::Shared(_) => 0,
    });
    let own = own.sum::<u64>();
    assert!(own < 96 << 10, "{own}");
}

#[test]
fn a_package_of_own_files_alone_is_one_too() {
    let shelf = Shelf::default();
    let mut tree = Tree::new();
    tree.file("a", 0o644, content("text")).unwrap();
    let plain = Package {
        scripts: Scripts::default(),
        ..sample()
    };
    let composed = compose(&plain, &[], &tree, &shelf.digests()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let listed = tool(
        folder.path(),
        &shelf.bytes(&composed),
        "bsdtar -xf it.pkg; ls base.pkg; bsdtar -tf base.pkg/Payload",
    );
    assert_eq!(listed, "Bom\nPackageInfo\nPayload\n.\n./a\n");
}

#[test]
fn trees_that_do_not_fit_are_refused() {
    let mut shelf = Shelf::default();
    let agent = shelf.add(&agent_tree(), Position::First);
    let twice = agent_tree();
    let mut orphan = Tree::new();
    orphan.file("nowhere/file", 0o644, content("x")).unwrap();
    for own in [&twice, &orphan] {
        let refused = compose(&sample(), &[(agent.0, &agent.1)], own, &shelf.digests());
        assert!(matches!(refused, Err(Error::Mismatch(_))), "{refused:?}");
    }
    for (identifier, version, title) in [("", "1", "x"), ("a b", "1", "x"), ("a", "1\n2", "x"), ("a", "1", "x\0")] {
        let package = Package {
            identifier: identifier.to_owned(),
            version: version.to_owned(),
            title: title.to_owned(),
            ..sample()
        };
        let refused = compose(&package, &[], &Tree::new(), &shelf.digests());
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}

fn room() -> Vec<SignatureEntry> {
    [(SignatureStyle::Rsa, 256), (SignatureStyle::Cms, 5000)]
        .map(|(style, size_bytes)| SignatureEntry {
            style,
            size_bytes,
            certificates: vec![b"leaf".to_vec(), b"intermediate".to_vec()],
        })
        .to_vec()
}

#[test]
fn signatures_fill_their_room_and_nothing_else_changes() {
    let unsigned = Package {
        signatures: room(),
        ..sample()
    };
    let (shelf, package) = compose_with(&unsigned, "hunter2");
    let before = shelf.bytes(&package);
    let ranges = signed_ranges(&package).unwrap();
    let [range] = ranges.as_slice() else {
        panic!("{ranges:?}")
    };
    let checksum = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
    assert_eq!(before[checksum.clone()], toc_checksum(&package).unwrap());
    let table = table(&before);
    for text in [
        "<signature style=\"RSA\">\n   <offset>20</offset>\n   <size>256</size>",
        "<x-signature style=\"CMS\">\n   <offset>276</offset>\n   <size>5000</size>",
        "<X509Certificate>bGVhZg==</X509Certificate>",
    ] {
        assert!(table.contains(text), "{table}");
    }
    // The last may be shorter than its room.
    let signatures = vec![7; 5000];
    let signed = attach_signature(package.clone(), &signatures).unwrap();
    let after = shelf.bytes(&signed);
    assert_eq!(after[checksum.end..][..5000], signatures);
    assert_eq!(after[checksum.end + 5000..][..256], [0; 256]);
    assert_eq!(after[..checksum.end], before[..checksum.end]);
    assert_eq!(after[checksum.end + 5256..], before[checksum.end + 5256..]);
    let folder = tempfile::tempdir().unwrap();
    tool(folder.path(), &after, "bsdtar -xf it.pkg");

    assert!(matches!(attach_signature(package, &[7; 5257]), Err(Error::Invalid(_))));
    assert!(matches!(signed_ranges(&signed), Err(Error::Mismatch(_))));
    assert!(matches!(attach_signature(signed, &signatures), Err(Error::Mismatch(_))));
    let (_, without_room) = compose_with(&sample(), "hunter2");
    assert!(matches!(signed_ranges(&without_room), Err(Error::Mismatch(_))));
    assert!(matches!(attach_signature(without_room, b"x"), Err(Error::Mismatch(_))));
}

#[test]
fn a_stapled_ticket_lies_behind_the_archive() {
    let (shelf, package) = compose_with(&sample(), "hunter2");
    let before = shelf.bytes(&package);
    let after = shelf.bytes(&staple(package, b"ticket").unwrap());
    let list = after.strip_prefix(before.as_slice()).unwrap();
    let end = [&b"t8lr"[..], &[1, 0, 1, 0], &[0; 8]].concat();
    let trailer = [&b"t8lr"[..], &[1, 0, 2, 0, 6, 0, 0, 0], &[0; 4]].concat();
    assert_eq!(list, [&end[..], b"ticket", &trailer].concat());
    let folder = tempfile::tempdir().unwrap();
    tool(folder.path(), &after, "bsdtar -xf it.pkg");
}

#[test]
fn what_is_no_pkg_is_refused() {
    let part = |bytes: &[u8]| Unsigned {
        file_name: "x".to_owned(),
        media_type: "x",
        parts: vec![Part::Own(packager_artifact::OwnBytes::new(bytes.to_vec()))],
    };
    let long = [&b"xar!\0\x1c\0\x01"[..], &[0xFF; 60]].concat();
    for bytes in [&b""[..], b"xar!", &long, &[0; 100]] {
        assert!(matches!(toc_checksum(&part(bytes)), Err(Error::Mismatch(_))));
        assert!(matches!(signed_ranges(&part(bytes)), Err(Error::Mismatch(_))));
        assert!(matches!(staple(part(bytes), b"x"), Err(Error::Mismatch(_))));
    }
}

#[test]
fn notes_survive_being_stored() {
    let (_, notes) = Shelf::default().add(&agent_tree(), Position::First);
    let text = serde_json::to_string(&notes).unwrap();
    assert_eq!(serde_json::from_str::<SharedNotes>(&text).unwrap(), notes);
    assert_eq!(notes.run.compression(), Compression::Gzip);
}
