//! `cab`'s reader takes every cabinet apart here; the stock tools are asked in `tools.rs`.

mod tools;

use std::io::{self, Cursor, Read};

use packager_artifact::Sha256Digest;
use zeroize::Zeroizing;

use super::*;
use crate::{Compressors, Error};

/// 2023-11-14T22:13:20Z.
const TIME: u64 = 1_700_000_000;

struct File {
    key: String,
    path: TreePath,
    content: Zeroizing<Vec<u8>>,
}

fn file(key: &str, content: impl Into<Vec<u8>>) -> File {
    File {
        key: key.to_owned(),
        path: TreePath::new(format!("Orbit/{key}")).unwrap(),
        content: Zeroizing::new(content.into()),
    }
}

fn listed(files: &[File]) -> Vec<CabinetFile<'_>> {
    let list = files.iter().map(|file| CabinetFile {
        key: file.key.clone(),
        path: &file.path,
        content: &file.content,
    });
    list.collect()
}

fn best(threads: u32) -> Packing {
    Packing::MsZip(Effort::Best(Compressors::new(threads.try_into().unwrap())))
}

fn packings() -> [Packing; 3] {
    [Packing::Stored, Packing::MsZip(Effort::Quick), best(2)]
}

fn write(files: &[File], packing: &Packing) -> (Vec<u8>, Vec<Packed>) {
    write_granular(files, packing, 1)
}

fn write_granular(files: &[File], packing: &Packing, granule: u64) -> (Vec<u8>, Vec<Packed>) {
    let (cabinet, packed, size) = write_cabinet(&listed(files), packing, granule, TIME, Vec::new()).unwrap();
    assert_eq!(size, cabinet.len() as u64);
    assert!(size.is_multiple_of(granule));
    (cabinet, packed)
}

/// Bytes of which `variety` are different, pseudo-random for `seed`.
fn noise(seed: u32, size: usize, variety: u32) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 16) % variety).to_le_bytes()[0]
    };
    (0..size).map(|_| next()).collect()
}

/// What `cab` reads is what went in.
fn assert_reads_back(cabinet: &[u8], files: &[File]) {
    let mut reader = cab::Cabinet::new(Cursor::new(cabinet)).unwrap();
    let folder = reader.folder_entries().next().unwrap();
    let names: Vec<_> = folder.file_entries().map(|file| file.name().to_owned()).collect();
    let keys: Vec<_> = files.iter().map(|file| file.key.clone()).collect();
    assert_eq!(names, keys);
    for file in files {
        let mut content = Vec::new();
        reader.read_file(&file.key).unwrap().read_to_end(&mut content).unwrap();
        assert!(content == *file.content, "{}", file.key);
    }
}

#[test]
fn a_stored_cabinet_is_this_to_the_byte() {
    let files = [
        file("hello", "Hello, world!\n"),
        file("_b.2", ""),
        file("again", "Hello, world!\n"),
    ];
    let (cabinet, packed) = write(&files, &Packing::Stored);
    let mut want = b"MSCF\0\0\0\0".to_vec();
    want.extend(131_u32.to_le_bytes());
    want.extend([0; 4]);
    want.extend(44_u32.to_le_bytes());
    want.extend([0; 4]);
    want.extend([3, 1, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0]);
    want.extend([109, 0, 0, 0, 1, 0, 0, 0]);
    for (size, offset, name) in [(14, 0, "hello\0"), (0, 14, "_b.2\0"), (14, 0, "again\0")] {
        want.extend([size, 0, 0, 0, offset, 0, 0, 0]);
        // Folder 0; 2023-11-14, 22:13:20; archive.
        want.extend([0, 0, 0x6E, 0x57, 0xAA, 0xB1, 0x20, 0]);
        want.extend(name.as_bytes());
    }
    let words = [b"Hell", b"o, w", b"orld", b"\n!\0\0", &[14, 0, 14, 0]].map(|word| u32::from_le_bytes(*word));
    want.extend(words.iter().fold(0, |sum, word| sum ^ word).to_le_bytes());
    want.extend([14, 0, 14, 0]);
    want.extend(b"Hello, world!\n");
    assert_eq!(cabinet, want);

    // md5sum's.
    let md5 = hex::decode("746308829575e17c3331bbcb00c0898b")
        .unwrap()
        .try_into()
        .unwrap();
    let one = |key: &str, size_bytes, md5| Packed {
        key: key.to_owned(),
        size_bytes,
        md5,
        version: None,
    };
    let want = [one("hello", 14, md5), one("_b.2", 0, [0; 16]), one("again", 14, md5)];
    assert_eq!(packed, want);
    let text = serde_json::to_string(&packed).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Packed>>(&text).unwrap(), want);
}

#[test]
fn files_read_back_whatever_their_sizes() {
    let sizes = [
        0,
        1,
        2,
        3,
        32_767,
        32_768,
        32_769,
        65_536,
        100_000,
        1 << 20,
        (1 << 20) + 1,
        2_100_000,
    ];
    for packing in packings() {
        for size in sizes {
            let files = [file("a", noise(1, size, 12))];
            assert_reads_back(&write(&files, &packing).0, &files);
        }
        for seed in 1..6 {
            let lengths = noise(seed, 20, 256);
            let files: Vec<_> = (1_u32..)
                .zip(lengths)
                .map(|(number, length)| {
                    let size = usize::from(length).pow(2) * usize::from(length % 3);
                    file(&format!("f{number}"), noise(seed * 100 + number, size, 4 + seed * 6))
                })
                .collect();
            assert_reads_back(&write(&files, &packing).0, &files);
        }
    }
}

#[test]
fn a_hundred_files_are_in_their_order() {
    let files: Vec<_> = (0..100)
        .map(|number| file(&format!("f{}", 99 - number), format!("{number} ").repeat(110)))
        .collect();
    for packing in packings() {
        assert_reads_back(&write(&files, &packing).0, &files);
    }
}

#[test]
fn the_same_content_is_stored_once() {
    let data = noise(7, 300_000, 256);
    let files = [file("one", data.clone()), file("other", "x"), file("two", data.clone())];
    for packing in packings() {
        let (cabinet, packed) = write(&files, &packing);
        assert!(cabinet.len() < 310_000);
        assert_eq!(packed[0].md5, packed[2].md5);
        assert_eq!((packed[2].key.as_str(), packed[2].size_bytes), ("two", 300_000));
        assert_reads_back(&cabinet, &files);
    }
}

#[test]
fn what_does_not_compress_is_stored_and_within_the_bound() {
    let (cabinet, _) = write(&[file("a", noise(3, 100_000, 256))], &best(1));
    let blocks = 4;
    let framing = 44 + 16 + 2 + blocks * (8 + 2 + 5);
    assert_eq!(cabinet.len(), framing + 100_000);
}

/// Each block refers to the block before, those at the beginning of another thread's work too.
#[test]
fn the_window_is_carried_over_from_block_to_block() {
    let block = noise(5, 32_000, 256);
    let data = block.repeat(100);
    let (cabinet, _) = write(&[file("a", data)], &best(2));
    assert!(cabinet.len() < 32_768 + 100 * 500, "{}", cabinet.len());
}

#[test]
fn the_bytes_do_not_depend_on_threads() {
    let files = [file("a", noise(1, 5_000_000, 40)), file("b", noise(2, 3_000_001, 9))];
    let (one, _) = write(&files, &best(1));
    let (three, _) = write(&files, &best(3));
    assert!(one == three);
}

/// Whatever is missing to whole sectors: none, less than the lengths of what is reserved take, and more.
#[test]
fn whole_sectors_are_filled() {
    for size in 3900..4200 {
        let (cabinet, _) = write_granular(&[file("a", "x".repeat(size))], &Packing::Stored, 4096);
        let mut reader = cab::Cabinet::new(Cursor::new(cabinet)).unwrap();
        let mut content = String::new();
        reader.read_file("a").unwrap().read_to_string(&mut content).unwrap();
        assert_eq!(content, "x".repeat(size));
    }
}

#[test]
fn quick_and_best_differ() {
    let words: Vec<_> = noise(1, 100_000, 200).iter().map(|word| format!("{word} ")).collect();
    let files = [file("a", words.concat())];
    let (quick, _) = write(&files, &Packing::MsZip(Effort::Quick));
    let (best, _) = write(&files, &best(1));
    assert!(best.len() < quick.len());
}

fn refusal(files: &[File]) -> String {
    match write_cabinet(&listed(files), &Packing::Stored, 1, TIME, Vec::new()) {
        Err(Error::Invalid(message)) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn keys_are_identifiers_and_each_is_once() {
    let long = "k".repeat(73);
    for key in ["", "1a", ".a", "a b", "a/b", "a-b", "é", "a\0", &long] {
        let mut bad = file("a", "");
        key.clone_into(&mut bad.key);
        assert_eq!(
            refusal(&[bad]),
            format!("{key:?} cannot be the key of the file Orbit/a")
        );
    }
    let longest = "k".repeat(72);
    write(
        &[file(&longest, ""), file("_1.a", ""), file("A", ""), file("a", "")],
        &Packing::Stored,
    );
    assert_eq!(
        refusal(&[file("a", "1"), file("a", "2")]),
        "\"a\" is the key of two files, Orbit/a among them"
    );
}

#[test]
fn there_is_a_file_and_not_too_many() {
    assert_eq!(refusal(&[]), "a cabinet has at least one file");
    let mut files: Vec<_> = (0..65_535).map(|number| file(&format!("f{number}"), "")).collect();
    let (cabinet, packed) = write(&files, &Packing::Stored);
    assert_eq!((packed.len(), &cabinet[28..30]), (65_535, &[0xFF, 0xFF][..]));
    files.push(file("more", ""));
    assert_eq!(refusal(&files), "a cabinet has at most 65535 files");
}

/// Says that it is longer than it is.
struct Claim(u64, Vec<u8>);

impl Content for Claim {
    fn size_bytes(&self) -> u64 {
        self.0
    }

    fn open(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(Box::new(self.1.as_slice()))
    }

    fn identity(&self) -> Sha256Digest {
        Sha256Digest::of(&self.0.to_le_bytes())
    }
}

fn claim(sizes: &[u64], packing: &Packing) -> Error {
    let contents: Vec<_> = sizes.iter().map(|size| Claim(*size, vec![b'x'; 5])).collect();
    let path = TreePath::new("Orbit/x").unwrap();
    let files: Vec<_> = contents
        .iter()
        .enumerate()
        .map(|(number, content)| CabinetFile {
            key: format!("f{number}"),
            path: &path,
            content,
        })
        .collect();
    write_cabinet(&files, packing, 1, TIME, Vec::new()).unwrap_err()
}

#[test]
fn files_are_as_long_as_they_say_and_not_too_long() {
    const MOST: u64 = 65_535 * 32_768;
    for packing in packings() {
        for size in [4, 6, MOST] {
            let error = claim(&[size], &packing);
            assert!(matches!(error, Error::Mismatch(_)), "{error}");
        }
        for sizes in [
            &[MOST + 1][..],
            &[MOST, 1],
            &[1 << 31, 1 << 31],
            &[u64::MAX],
            &[u32::MAX.into(), 1 << 31],
            &[1 << 32, 0],
        ] {
            let error = claim(sizes, &packing);
            assert_eq!(error.to_string(), "a cabinet has at most 2147450880 bytes of files");
        }
    }
}

#[test]
fn a_writer_that_fails_is_reported() {
    struct Full;
    impl io::Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let files = [file("a", noise(1, 100_000, 9))];
    for packing in packings() {
        let error = write_cabinet(&listed(&files), &packing, 1, TIME, Full).err();
        assert!(matches!(error, Some(Error::Io(error)) if error.kind() == io::ErrorKind::StorageFull));
    }
}
