//! Where a signature goes and what it is made over, against what `cfb` finds.

use std::io::{Cursor, Read};

use packager_artifact::{OwnBytes, Unsigned};

use super::*;

const SIGNATURE: &str = "\u{5}DigitalSignature";

/// The streams by their names, as `cfb` reads them, and the class of the root.
fn streams(bytes: &[u8]) -> (Vec<(String, Vec<u8>)>, [u8; 16]) {
    let mut reader = cfb::CompoundFile::open_strict(Cursor::new(bytes)).unwrap();
    let class = reader.root_entry().clsid().to_bytes_le();
    let entries: Vec<_> = reader.walk().filter(cfb::Entry::is_stream).collect();
    let read = |entry: &cfb::Entry| {
        let mut content = Vec::new();
        reader
            .open_stream(entry.path())
            .unwrap()
            .read_to_end(&mut content)
            .unwrap();
        (entry.name().to_owned(), content)
    };
    (entries.iter().map(read).collect(), class)
}

/// What Authenticode signs: contents of streams in the order of their names as bytes, the shorter of two that begin alike first, then
/// the class of the root (osslsigncode, `msi.c`).
fn signed(bytes: &[u8]) -> Vec<u8> {
    let (mut streams, class) = streams(bytes);
    streams.retain(|(name, _)| name != SIGNATURE);
    streams.sort_by_key(|(name, _)| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>());
    let contents = streams.into_iter().flat_map(|(_, content)| content);
    contents.chain(class).collect()
}

fn ranges(shelf: &Shelf, package: &Unsigned) -> Vec<u8> {
    let bytes = shelf.bytes(package);
    let place = |at: u64| usize::try_from(at).unwrap();
    let ranges = signed_ranges(package).unwrap();
    let ranges = ranges.iter().map(|range| &bytes[place(range.start)..place(range.end)]);
    ranges.collect::<Vec<_>>().concat()
}

#[test]
fn what_is_signed_is_what_cfb_finds() {
    let (shelf, package) = compose_with(&sample(), "hunter2");
    let bytes = shelf.bytes(&package);
    assert!(ranges(&shelf, &package) == signed(&bytes));
    // A package whose index is a part, and one without a shared part.
    let mut large = base_tree();
    let noise =
        (0..700_000_u64).flat_map(|number| number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31).to_le_bytes());
    large
        .file("Agent/large", 0o644, content(noise.collect::<Vec<_>>()))
        .unwrap();
    let mut all = base_tree();
    for tree in [program_tree("1.58.0"), own_tree("x")] {
        for entry in tree.entries() {
            all.push(entry.path.as_str(), entry.mode, entry.kind.clone()).unwrap();
        }
    }
    for (shared, own, parts) in [
        (vec![large, program_tree("1.58.0")], own_tree("x"), 5),
        (vec![], all, 2),
    ] {
        let mut shelf = Shelf::default();
        let package = shelf.compose(&sample(), &shared, &own);
        assert_eq!(package.parts.len(), parts);
        assert!(ranges(&shelf, &package) == signed(&shelf.bytes(&package)));
    }
}

#[test]
fn a_signed_package_is_the_unsigned_one_with_a_stream_more() {
    for length in [1, 63, 64, 4095, 4096, 4097, 10_000] {
        let (shelf, package) = compose_with(&sample(), "hunter2");
        let (before, over) = (shelf.bytes(&package), ranges(&shelf, &package));
        let signature: Vec<u8> = (0..length).map(|at: u32| at.to_le_bytes()[0] | 1).collect();
        let signed = attach_signature(package.clone(), &signature).unwrap();
        assert_eq!(
            (&signed.file_name, signed.media_type),
            (&package.file_name, package.media_type)
        );
        // What is shared stays shared.
        assert_eq!(signed.parts[1..3], package.parts[1..3]);
        assert!(ranges(&shelf, &signed) == over, "{length}");
        let (mut before, mut after) = (streams(&before), streams(&shelf.bytes(&signed)));
        before.0.push((SIGNATURE.to_owned(), signature));
        before.0.sort_unstable();
        after.0.sort_unstable();
        assert!(before == after, "{length}");
        assert!(Reader::new(shelf.bytes(&signed)).0.has_digital_signature());
    }
}

#[test]
fn a_second_signature_is_refused_and_so_is_an_empty_one() {
    let (_, package) = compose_with(&sample(), "hunter2");
    assert!(matches!(attach_signature(package.clone(), b""), Err(Error::Invalid(_))));
    let signed = attach_signature(package, b"signature").unwrap();
    assert!(matches!(attach_signature(signed, b"another"), Err(Error::Mismatch(_))));
}

#[test]
fn what_is_no_msi_is_refused() {
    let (_, package) = compose_with(&sample(), "hunter2");
    let with = |parts: Vec<Part>| Unsigned {
        parts,
        ..package.clone()
    };
    let part = |bytes: &[u8]| Part::Own(OwnBytes::new(bytes.to_vec()));
    let mut lost = package.parts.clone();
    lost.remove(1);
    for parts in [vec![], vec![part(b"")], vec![part(b"MSCF"), part(&[0xFF; 9000])], lost] {
        assert!(
            matches!(signed_ranges(&with(parts.clone())), Err(Error::Mismatch(_))),
            "{parts:?}"
        );
        assert!(matches!(attach_signature(with(parts), b"x"), Err(Error::Mismatch(_))));
    }
}
