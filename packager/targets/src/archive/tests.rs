use std::fs;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};
use tempfile::{TempDir, tempdir};

use super::{ArchiveFault, EntryKind, Unpacked, unpack};
use crate::error::Error;
use crate::limits::ArchiveLimits;

/// Tar archives that archivers would refuse to write.
#[derive(Default)]
struct Archive(Vec<u8>);

impl Archive {
    fn entry(mut self, kind: EntryType, name: &[u8], mode: u32, content: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_size(content.len() as u64);
        header.as_mut_bytes()[..name.len()].copy_from_slice(name);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    fn file(self, name: &str, content: &[u8]) -> Self {
        self.entry(EntryType::Regular, name.as_bytes(), 0o644, content)
    }

    fn link(mut self, name: &str, target: &[u8]) -> Self {
        let mut header = Header::new_ustar();
        header.set_entry_type(EntryType::Symlink);
        header.set_mode(0o777);
        header.set_size(0);
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.as_mut_bytes()[157..157 + target.len()].copy_from_slice(target);
        header.set_cksum();
        self.0.extend_from_slice(header.as_bytes());
        self
    }

    fn folder(self, name: &str) -> Self {
        self.entry(EntryType::Directory, name.as_bytes(), 0o755, b"")
    }

    fn pax(self, key: &str, value: &[u8]) -> Self {
        // "LENGTH key=value\n", where the length counts itself.
        let rest = key.len() + value.len() + 3;
        let mut length = rest + 1;
        while length != rest + length.to_string().len() {
            length += 1;
        }
        let mut record = format!("{length} {key}=").into_bytes();
        record.extend_from_slice(value);
        record.push(b'\n');
        self.entry(EntryType::XHeader, b"pax", 0o644, &record)
    }

    fn gzip(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        gzip(&self.0)
    }

    fn unpack(self) -> Result<Unpacked, ArchiveFault> {
        self.unpack_within(&ArchiveLimits::default())
    }

    fn unpack_within(self, limits: &ArchiveLimits) -> Result<Unpacked, ArchiveFault> {
        unpack_bytes(&self.gzip(), limits).map(|(unpacked, _)| unpacked)
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Unpacks, and checks that a refused archive leaves nothing behind.
fn unpack_bytes(bytes: &[u8], limits: &ArchiveLimits) -> Result<(Unpacked, TempDir), ArchiveFault> {
    let folder = tempdir().unwrap();
    let archive = folder.path().join("archive");
    fs::write(&archive, bytes).unwrap();
    match unpack(
        fs::File::open(&archive).unwrap(),
        &folder.path().join("unpacked"),
        limits,
    ) {
        Ok(unpacked) => Ok((unpacked, folder)),
        Err(Error::Archive { reason }) => {
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
            Err(reason)
        }
        Err(error) => panic!("{error:?}"),
    }
}

fn paths(unpacked: &Unpacked) -> Vec<&str> {
    let entries = unpacked.entries.iter();
    entries.map(|entry| entry.path.as_str()).collect()
}

#[test]
fn a_tree_is_unpacked_with_its_modes_and_under_numbers() {
    let bytes = Archive::default()
        .folder("./")
        .folder("Fleet Desktop.app/")
        .entry(EntryType::Regular, b"Fleet Desktop.app/Contents/run", 0o4755, b"run")
        .file("Fleet Desktop.app/Info.plist", b"")
        .gzip();
    let (unpacked, folder) = unpack_bytes(&bytes, &ArchiveLimits::default()).unwrap();
    assert_eq!(
        paths(&unpacked),
        [
            "Fleet Desktop.app",
            "Fleet Desktop.app/Contents",
            "Fleet Desktop.app/Contents/run",
            "Fleet Desktop.app/Info.plist",
        ]
    );
    let run = &unpacked.entries[2];
    assert_eq!(run.mode, 0o755, "set-user-ID is cleared");
    assert_eq!(unpacked.entries[1].mode, 0o755, "an implied directory");
    let EntryKind::File { size_bytes, source, .. } = &run.kind else {
        panic!("{run:?}");
    };
    assert_eq!((*size_bytes, fs::read(source).unwrap()), (3, b"run".to_vec()));
    assert_eq!(*source, folder.path().join("unpacked/0"));
}

#[test]
fn long_names_of_gnu_and_pax_are_read() {
    let long = format!("{}/{}", "d".repeat(120), "f".repeat(120));
    let gnu = Archive::default()
        .entry(
            EntryType::GNULongName,
            b"././@LongLink",
            0o644,
            format!("{long}\0").as_bytes(),
        )
        .file("dddd", b"1")
        .file("after", b"2");
    assert_eq!(paths(&gnu.unpack().unwrap()), ["after", &long[..120], &long]);
    let pax = Archive::default()
        .pax("path", "ü/ß".as_bytes())
        .file("short", b"1")
        .file("after", b"2");
    assert_eq!(paths(&pax.unpack().unwrap()), ["after", "ü", "ü/ß"]);
    let other = Archive::default().pax("SCHILY.xattr.x", b"\xff").file("a", b"");
    assert_eq!(paths(&other.unpack().unwrap()), ["a"]);
}

#[test]
fn only_files_directories_and_symbolic_links_are_taken() {
    for kind in [
        EntryType::Link,
        EntryType::Char,
        EntryType::Block,
        EntryType::Fifo,
        EntryType::Continuous,
        EntryType::GNUSparse,
        EntryType::new(b'?'),
    ] {
        let archive = Archive::default().entry(kind, b"a", 0o644, b"");
        assert_eq!(archive.unpack().unwrap_err(), ArchiveFault::EntryType, "{kind:?}");
    }
    let archive = Archive::default().pax("GNU.sparse.major", b"1").file("a", b"");
    assert_eq!(archive.unpack().unwrap_err(), ArchiveFault::EntryType);
}

#[test]
fn links_are_recorded_and_not_made() {
    let long = format!("../{}", "t".repeat(150));
    let archive = Archive::default()
        .link("App.app/Versions/Current", b"A")
        .entry(
            EntryType::GNULongLink,
            b"././@LongLink",
            0o644,
            format!("{long}\0").as_bytes(),
        )
        .link("App.app/gnu", b"cut")
        .pax("linkpath", "../ü".as_bytes())
        .link("App.app/pax", b"cut")
        .file("after", b"1");
    let (unpacked, folder) = unpack_bytes(&archive.gzip(), &ArchiveLimits::default()).unwrap();
    let links: Vec<_> = unpacked
        .entries
        .iter()
        .filter_map(|entry| match &entry.kind {
            EntryKind::Symlink { target } => Some((entry.path.as_str(), target.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(
        links,
        [
            ("App.app/Versions/Current", "A"),
            ("App.app/gnu", &long),
            ("App.app/pax", "../ü")
        ]
    );
    let made: Vec<_> = fs::read_dir(folder.path().join("unpacked")).unwrap().collect();
    assert_eq!(made.len(), 1);
}

#[test]
fn no_link_leads_out_however_it_is_written() {
    for target in ["/etc/passwd", "..", "../a", "a/../../b", ""] {
        let plain = Archive::default().link("l", target.as_bytes());
        assert_eq!(plain.unpack().unwrap_err(), ArchiveFault::LinkTarget, "{target}");
        let gnu = Archive::default()
            .entry(EntryType::GNULongLink, b"L", 0o644, target.as_bytes())
            .link("l", b"fine");
        assert_eq!(gnu.unpack().unwrap_err(), ArchiveFault::LinkTarget, "{target}");
        let pax = Archive::default().pax("linkpath", target.as_bytes()).link("l", b"fine");
        assert_eq!(pax.unpack().unwrap_err(), ArchiveFault::LinkTarget, "{target}");
    }
    // What lies below a link would lie where it leads.
    for archive in [
        Archive::default().link("l", b"a").file("l/b", b""),
        Archive::default().file("l/b", b"").link("l", b"a"),
    ] {
        assert_eq!(archive.unpack().unwrap_err(), ArchiveFault::FileAsParent);
    }
    // A target of what is no link; a target of megabytes.
    let file = Archive::default().pax("linkpath", b"a").file("f", b"");
    assert_eq!(file.unpack().unwrap_err(), ArchiveFault::Malformed);
    let name = vec![b'n'; 65 << 10];
    let long = Archive::default().entry(EntryType::GNULongLink, b"L", 0o644, &name);
    assert_eq!(long.unpack().unwrap_err(), ArchiveFault::TooLarge);
}

#[test]
fn no_path_leaves_its_folder_however_it_is_written() {
    for path in ["../a", "/etc/passwd", "a/../../b", "a\\..\\b"] {
        let plain = Archive::default().file(path, b"");
        assert_eq!(plain.unpack().unwrap_err(), ArchiveFault::Path, "{path}");
        let pax = Archive::default().pax("path", path.as_bytes()).file("a", b"");
        assert_eq!(pax.unpack().unwrap_err(), ArchiveFault::Path, "{path}");
        let gnu = Archive::default()
            .entry(EntryType::GNULongName, b"L", 0o644, path.as_bytes())
            .file("a", b"");
        assert_eq!(gnu.unpack().unwrap_err(), ArchiveFault::Path, "{path}");
    }
    let nul = Archive::default().pax("path", b"a\0b").file("a", b"");
    assert_eq!(nul.unpack().unwrap_err(), ArchiveFault::Path);
}

#[test]
fn no_path_comes_twice_or_lies_below_a_file() {
    let twice = Archive::default().file("a", b"1").file("a", b"2");
    assert_eq!(twice.unpack().unwrap_err(), ArchiveFault::Duplicate);
    let twice = Archive::default().folder("a/").folder("./a");
    assert_eq!(twice.unpack().unwrap_err(), ArchiveFault::Duplicate);
    let below = Archive::default().file("a", b"").file("a/b", b"");
    assert_eq!(below.unpack().unwrap_err(), ArchiveFault::FileAsParent);
    let above = Archive::default().file("a/b", b"").file("a", b"");
    assert_eq!(above.unpack().unwrap_err(), ArchiveFault::FileAsParent);
    let late = Archive::default().file("a/b", b"").folder("a");
    assert_eq!(paths(&late.unpack().unwrap()), ["a", "a/b"]);
}

#[test]
fn bytes_and_entries_are_bounded() {
    let archive = || Archive::default().file("a/b", &[0; 512]).file("c", b"");
    // Three headers and blocks of content, and the two empty blocks at the end.
    let exact = ArchiveLimits {
        stream_bytes: 5 * 512,
        entries: 3,
        ..ArchiveLimits::default()
    };
    assert_eq!(archive().unpack_within(&exact).unwrap().entries.len(), 3);
    let bytes = ArchiveLimits {
        stream_bytes: exact.stream_bytes - 1,
        ..exact
    };
    let entries = ArchiveLimits { entries: 2, ..exact };
    let refused = |limits| archive().unpack_within(limits).unwrap_err();
    assert_eq!(refused(&bytes), ArchiveFault::TooLarge);
    assert_eq!(refused(&entries), ArchiveFault::TooManyEntries);
}

#[test]
fn bombs_are_refused() {
    let limits = ArchiveLimits {
        stream_bytes: 1 << 20,
        ..ArchiveLimits::default()
    };
    // Zeros after the end of the archive.
    let tail = gzip(&vec![0; 8 << 20]);
    assert_eq!(unpack_bytes(&tail, &limits).unwrap_err(), ArchiveFault::TooLarge);
    let big = Archive::default().file("a", &vec![0; 8 << 20]);
    assert_eq!(big.unpack_within(&limits).unwrap_err(), ArchiveFault::TooLarge);
    // A name of megabytes.
    let name = vec![b'n'; 65 << 10];
    let long = Archive::default().entry(EntryType::GNULongName, b"L", 0o644, &name);
    assert_eq!(long.unpack().unwrap_err(), ArchiveFault::TooLarge);
    // A size that only the extended header knows.
    let size = Archive::default().pax("size", b"99999999999").file("a", b"");
    assert_eq!(size.unpack().unwrap_err(), ArchiveFault::TooLarge);
}

#[test]
fn damaged_archives_are_refused() {
    let whole = Archive::default().file("a", &[7; 5000]).gzip();
    let limits = ArchiveLimits::default();
    for bytes in [
        &whole[..whole.len() - 1],
        &whole[..whole.len() / 2],
        b"",
        b"not gzip",
        &[&whole[..], b"tail"].concat(),
        &gzip(b"not tar, but as long as a header is".repeat(20).as_slice()),
    ] {
        let result = unpack_bytes(bytes, &limits).map(|(unpacked, _)| unpacked);
        assert_eq!(result.unwrap_err(), ArchiveFault::Malformed);
    }
    let mut damaged = whole.clone();
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    assert!(unpack_bytes(&damaged, &limits).is_err());
}
