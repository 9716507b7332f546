//! Files in tables and cabinets.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use md5::{Digest, Md5};

use super::sample::{PROGRAM, Reader, Shelf, base_tree, content, own_tree, program_tree, sample};
use super::*;
use crate::msi::compound::{Data, StreamName};
use crate::msi::listed::{FileNotes, Listed, What};
use crate::msi::tables::{self, Cabinet};
use crate::{Kind, Tree};

/// The files of these trees, in their order, with their contents.
fn files(trees: &[Tree]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in trees.iter().flat_map(Tree::entries) {
        if let Kind::File { content, .. } = &entry.kind {
            let mut bytes = Vec::new();
            content.open().unwrap().read_to_end(&mut bytes).unwrap();
            files.push((entry.path.as_str().to_owned(), bytes));
        }
    }
    files
}

fn trees() -> [Tree; 3] {
    [base_tree(), program_tree("1.58.0"), own_tree("hunter2")]
}

/// Windows Installer takes a file out of the first cabinet whose last sequence number is not below the file's own, and files in the order of
/// these numbers.
#[test]
fn cabinets_have_what_tables_say_of_them() {
    let mut reader = Reader::of(&sample());
    let (paths, rows) = (reader.paths(), reader.texts("File"));
    let wanted = files(&trees());
    let sequence = |row: &Vec<String>| row[7].parse::<usize>().unwrap();
    let mut keys: Vec<_> = rows.iter().map(|(key, row)| (sequence(row), key.clone())).collect();
    keys.sort_unstable();
    assert!(keys.iter().map(|(sequence, _)| *sequence).eq(1..=wanted.len()));
    let mut media: Vec<_> = reader.texts("Media").into_values().collect();
    media.sort_unstable();
    assert_eq!(media.len(), 3);
    let mut first = 0;
    for (number, row) in (1..).zip(&media) {
        let last = row[1].parse::<usize>().unwrap();
        assert_eq!(row[0], number.to_string());
        let bytes = reader.stream(row[3].strip_prefix('#').unwrap());
        let mut cabinet = cab::Cabinet::new(Cursor::new(bytes)).unwrap();
        let folder = cabinet.folder_entries().next().unwrap();
        let names: Vec<_> = folder.file_entries().map(|file| file.name().to_owned()).collect();
        assert!(
            names.iter().eq(keys[first..last].iter().map(|(_, key)| key)),
            "{number}"
        );
        for (key, (path, content)) in names.iter().zip(&wanted[first..last]) {
            let mut read = Vec::new();
            cabinet.read_file(key).unwrap().read_to_end(&mut read).unwrap();
            assert_eq!(paths[key], *path);
            assert!(read == *content, "{path}");
            assert_eq!(rows[key][3], content.len().to_string(), "{path}");
        }
        first = last;
    }
    assert_eq!(first, wanted.len());
}

/// Keys of files, by their paths.
fn keys(reader: &mut Reader) -> HashMap<String, String> {
    reader.paths().into_iter().map(|(key, path)| (path, key)).collect()
}

#[test]
fn programs_have_versions_and_other_files_hashes() {
    let mut reader = Reader::of(&sample());
    let (keys, rows, hashes) = (keys(&mut reader), reader.texts("File"), reader.texts("MsiFileHash"));
    for (path, content) in files(&trees()) {
        let (row, hash) = (&rows[&keys[&path]], hashes.get(&keys[&path]));
        let is_program = path.contains("agent.exe");
        let version = if is_program { ["1.58.0.0", "1033"] } else { ["", ""] };
        assert_eq!(row[4..6], version, "{path}");
        // No digest of a secret may stand where every user of a host can read it.
        let is_hashed = !is_program && path != "Agent/secret.txt";
        let parts = match content.as_slice() {
            [] => [0; 4],
            content => {
                let digest: [u8; 16] = Md5::digest(content).into();
                [0, 4, 8, 12].map(|at| i32::from_le_bytes(digest[at..at + 4].try_into().unwrap()))
            }
        };
        let wanted = is_hashed.then(|| parts.map(|part| part.to_string()).to_vec());
        assert_eq!(hash.map(|row| row[2..].to_vec()), wanted, "{path}");
    }
}

#[test]
fn everything_has_a_security_descriptor() {
    let mut reader = Reader::of(&sample());
    let keys = keys(&mut reader);
    let descriptors = reader.texts("MsiLockPermissionsEx");
    assert_eq!(descriptors.len(), keys.len() + 1);
    let root = &descriptors["AGENTROOT"];
    let inherited = "O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)";
    assert_eq!(root[1..4], ["AGENTROOT", "CreateFolder", inherited]);
    for (path, key) in keys {
        let descriptor = if path == "Agent/secret.txt" {
            "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)"
        } else {
            "O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)"
        };
        assert_eq!(descriptors[&key][1..4], [key.as_str(), "File", descriptor], "{path}");
    }
}

/// Nor does a digest of it, or any text.
#[test]
fn tables_do_not_have_the_secret() {
    let text = "a secret of which there is no other";
    let (shelf, package) = compose_with(&sample(), text);
    let bytes = shelf.bytes(&package);
    let times = |needle: &[u8]| bytes.windows(needle.len()).filter(|window| *window == needle).count();
    // In the cabinet.
    assert_eq!(times(text.as_bytes()), 1);
    assert_eq!(times(&Md5::digest(text)), 0);
    let mut reader = Reader::new(bytes);
    let cabinet = reader.stream("own.cab");
    assert!(cabinet.windows(text.len()).any(|window| window == text.as_bytes()));
}

#[test]
fn directories_are_made_and_removed() {
    let mut reader = Reader::of(&sample());
    let directories = reader.texts("Directory");
    let of = |name: &str| directories.values().find(|row| row[2].ends_with(name)).unwrap();
    assert_eq!(*of("Agent"), ["AGENTROOT", "ProgramFiles64Folder", "Agent"]);
    assert_eq!(*of("bin"), ["AGENTBIN", "AGENTROOT", "bin"]);
    assert_eq!(of("stable")[1], "AGENTBIN");
    // The first one, and the one with nothing in it.
    let folders = reader.texts("CreateFolder");
    let mut made: Vec<_> = folders.keys().cloned().collect();
    made.sort_unstable();
    let mut wanted = vec!["AGENTROOT".to_owned(), of("staging")[0].clone()];
    wanted.sort_unstable();
    assert_eq!(made, wanted);
    let components = reader.texts("Component");
    assert_eq!(components["C_ROOT"][1], "{00000000-0000-0000-0000-000000000005}");
    for (directory, row) in folders {
        let component = &components[&row[1]];
        // Without a key path, the directory is it.
        assert_eq!((component[2].as_str(), component[5].as_str()), (directory.as_str(), ""));
    }
    let mut of_feature: Vec<_> = reader
        .rows("FeatureComponents")
        .into_iter()
        .map(|row| row[1].clone())
        .collect();
    of_feature.sort_unstable();
    let mut all: Vec<_> = components.keys().map(|name| msi::Value::from(name.as_str())).collect();
    all.sort_unstable();
    assert_eq!(of_feature, all);
    let mut codes: Vec<_> = components.values().map(|row| row[1].clone()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), components.len());
}

/// As the rules for components want it, which upgrades depend on.
#[test]
fn components_have_the_same_codes_in_all_packages() {
    let mut other = sample();
    let product = other.product.as_mut().unwrap();
    (product.product_code, product.package_code) = (uuid::Uuid::from_u128(100), uuid::Uuid::from_u128(101));
    other.version = "2.0.0".to_owned();
    let mut shelf = Shelf::default();
    let later = shelf.compose(&other, &[base_tree(), program_tree("2.0.0")], &own_tree("x"));
    let mut later = Reader::new(shelf.bytes(&later));
    assert_eq!(later.texts("Component"), Reader::of(&sample()).texts("Component"));
    let version = keys(&mut later)[PROGRAM].clone();
    assert_eq!(later.texts("File")[&version][4], "2.0.0.0");
}

/// A part of the hash would be stored as that there is none.
#[test]
fn a_hash_that_cannot_be_stored_is_left_out() {
    let file = |path: &str, md5| Listed {
        path: path.to_owned(),
        what: What::File(FileNotes {
            size_bytes: 1,
            md5: Some(md5),
            version: None,
            is_secret: false,
        }),
    };
    let directory = |path: &str| Listed {
        path: path.to_owned(),
        what: What::Directory,
    };
    let [mut least, mut other] = [[1; 16]; 2];
    least[4..8].copy_from_slice(&i32::MIN.to_le_bytes());
    other[4..8].copy_from_slice(&(i32::MIN + 1).to_le_bytes());
    let cabinet = Cabinet {
        stream: "it.cab".to_owned(),
        entries: vec![
            directory("Agent"),
            directory("Agent/bin"),
            file(PROGRAM, [2; 16]),
            file("Agent/least", least),
            file("Agent/other", other),
        ],
    };
    let package = sample();
    let database = tables::database(&package, package.product.as_ref().unwrap(), &[cabinet]).unwrap();
    let streams = database.streams().unwrap();
    let name = StreamName::table("MsiFileHash").unwrap();
    let hashes = streams.iter().find(|stream| stream.name == name).unwrap();
    // Two rows of 20 bytes each.
    assert!(
        matches!(&hashes.data, Data::Own(bytes) if bytes.len() == 40),
        "{hashes:?}"
    );
}

#[test]
fn names_of_all_kinds_come_back() {
    let names = [
        "é日本語 🦀.tar.gz",
        "a b",
        ".hidden",
        "no-extension-at-all",
        "UPPER.TXT",
        "a.b.c.d",
        "x.long",
        "-",
        "100%",
        "it's (1) [2] {3} ~ # & = + , ; ! @ $ ^ `.txt",
    ];
    let mut tree = base_tree();
    for name in names {
        tree.file(&format!("Agent/staging/{name}"), 0o644, content(name))
            .unwrap();
    }
    let deep = format!("Agent/{}", "y".repeat(200));
    tree.directory(&deep, 0o755).unwrap();
    tree.file(&format!("{deep}/{}", "z".repeat(200)), 0o644, content("deep"))
        .unwrap();
    let mut shelf = Shelf::default();
    let package = shelf.compose(&sample(), &[tree.clone(), program_tree("1.58.0")], &own_tree("x"));
    let mut reader = Reader::new(shelf.bytes(&package));
    let mut paths: Vec<_> = reader.paths().into_values().collect();
    paths.sort_unstable();
    let mut wanted: Vec<_> = files(&[tree, program_tree("1.58.0"), own_tree("x")])
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    wanted.sort_unstable();
    assert_eq!(paths, wanted);
    assert_eq!(reader.0.database_codepage(), msi::CodePage::Utf8);
    // In front of every long name stands a short one, of a kind that is no other file's.
    let mut short: Vec<_> = reader
        .texts("File")
        .into_values()
        .map(|row| row[2].split('|').next().unwrap().to_uppercase())
        .collect();
    assert!(
        short.iter().all(|name| name.is_ascii() && name.len() <= 12),
        "{short:?}"
    );
    short.sort_unstable();
    let count = short.len();
    short.dedup();
    // The program is there twice, in two directories.
    assert_eq!(short.len(), count - 1);
}
