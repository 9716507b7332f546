//! apple-bom's reader decides.

use std::collections::BTreeMap;

use apple_bom::{BomPath, BomPathType, ParsedBom};

use super::bom;
use crate::Error;
use crate::pkg::cksum::Cksum;
use crate::pkg::listed::{Listed, What};

fn file(path: &str, text: &str) -> Listed {
    Listed {
        path: path.to_owned(),
        mode: 0o640,
        what: What::File {
            size_bytes: text.len().try_into().unwrap(),
            cksum: Cksum::of(text.as_bytes()),
        },
    }
}

fn directory(path: &str) -> Listed {
    Listed {
        path: path.to_owned(),
        mode: 0o750,
        what: What::Directory,
    }
}

fn link(path: &str, target: &str) -> Listed {
    Listed {
        path: path.to_owned(),
        mode: 0o777,
        what: What::Symlink {
            target: target.to_owned(),
        },
    }
}

fn read(bytes: &[u8]) -> BTreeMap<String, BomPath> {
    let bom = ParsedBom::parse(bytes).unwrap();
    let paths = bom.paths().unwrap();
    let count = paths.len();
    let by_path: BTreeMap<_, _> = paths.into_iter().map(|path| (path.path().to_owned(), path)).collect();
    assert_eq!(by_path.len(), count);
    by_path
}

#[test]
fn every_property_is_read_back() {
    let files = [
        directory("opt"),
        file("opt/b", "content"),
        link("opt/a link", "b"),
        directory("opt/c"),
        file("opt/c/empty", ""),
        file("x", "y"),
    ];
    let bytes = bom(&files, 1_700_000_001).unwrap();
    let paths = read(&bytes);
    let names: Vec<&str> = paths.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            ".",
            "./opt",
            "./opt/a link",
            "./opt/b",
            "./opt/c",
            "./opt/c/empty",
            "./x"
        ]
    );
    for path in paths.values() {
        assert_eq!((path.user_id(), path.group_id()), (0, 80));
        assert_eq!(path.modified_time().timestamp(), 1_700_000_001);
    }
    let (content, target) = (&paths["./opt/b"], &paths["./opt/a link"]);
    assert!(matches!(content.path_type(), BomPathType::File));
    assert_eq!((content.file_mode(), content.size()), (0o100_640, 7));
    assert_eq!(content.crc32(), Some(Cksum::of(b"content")));
    assert!(matches!(target.path_type(), BomPathType::Link));
    assert_eq!((target.link_name(), target.size()), (Some("b"), 1));
    assert_eq!(paths["."].file_mode(), 0o040_755);
    assert_eq!(paths["./opt/c"].file_mode(), 0o040_750);
}

/// Around the number of paths that a leaf takes, and with several leaves.
#[test]
fn trees_of_every_size_are_read_back() {
    for count in [0, 1, 254, 255, 256, 257, 511, 512, 513, 2000] {
        let mut files = vec![directory("d")];
        files.extend((0..count).map(|n| file(&format!("d/{n}"), &n.to_string())));
        let paths = read(&bom(&files, 0).unwrap());
        assert_eq!(paths.len(), count + 2);
        for n in 0..count {
            let want = Some(Cksum::of(n.to_string().as_bytes()));
            assert_eq!(paths[&format!("./d/{n}")].crc32(), want);
        }
    }
}

#[test]
fn files_without_their_directory_are_refused() {
    for files in [vec![file("a/b", "")], vec![file("a", ""), file("a/b", "")]] {
        assert!(matches!(bom(&files, 0), Err(Error::Mismatch(_))));
    }
    assert!(matches!(bom(&[], u64::MAX), Err(Error::Invalid(_))));
}
