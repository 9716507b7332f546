//! The directory's red-black tree ([MS-CFB] 2.6.4), as its records have it.

use super::sample::{File, own};
use crate::msi::compound::{SECTOR_SIZE, StreamName};

const NONE: u32 = 0xFFFF_FFFF;

/// A record of the directory.
struct Record {
    name: Vec<u16>,
    kind: u8,
    is_black: bool,
    left: u32,
    right: u32,
    child: u32,
}

fn records(bytes: &[u8]) -> Vec<Record> {
    let field = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let begin = (field(bytes, 48) as usize + 1) * SECTOR_SIZE;
    let size = field(bytes, 40) as usize * SECTOR_SIZE;
    let record = |record: &[u8]| {
        let size = usize::from(u16::from_le_bytes([record[64], record[65]]));
        let units = record[..size.saturating_sub(2)].chunks_exact(2);
        Record {
            name: units.map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect(),
            kind: record[66],
            is_black: record[67] == 1,
            left: field(record, 68),
            right: field(record, 72),
            child: field(record, 76),
        }
    };
    bytes[begin..begin + size].chunks_exact(128).map(record).collect()
}

/// Goes through the tree below `id` in order, and returns how many black ones are on each way down.
fn walk<'a>(records: &'a [Record], id: u32, above_is_black: bool, names: &mut Vec<&'a [u16]>) -> usize {
    if id == NONE {
        return 0;
    }
    let record = &records[id as usize];
    assert_eq!((record.kind, record.child), (2, NONE));
    assert!(record.is_black || above_is_black, "two red ones in a row");
    let left = walk(records, record.left, record.is_black, names);
    names.push(&record.name);
    let right = walk(records, record.right, record.is_black, names);
    assert_eq!(left, right, "ways down are not equally black");
    left + usize::from(record.is_black)
}

/// Shorter names come first; of equally long ones, the upper-case letters decide.
fn order(name: &[u16]) -> (usize, String) {
    (name.len(), String::from_utf16(name).unwrap().to_uppercase())
}

fn assert_valid(names: &[String]) {
    let streams = names.iter().map(|name| own(name, b"x".to_vec()));
    let records = records(&File::of(streams.collect()).bytes());
    let root = &records[0];
    assert_eq!((root.kind, root.left, root.right), (5, NONE, NONE));
    assert!(root.child == NONE || records[root.child as usize].is_black);
    let mut found = Vec::new();
    walk(&records, root.child, false, &mut found);
    assert!(
        found.windows(2).all(|pair| order(pair[0]) < order(pair[1])),
        "{found:?}"
    );
    let mut want: Vec<_> = names.iter().map(|name| StreamName::stream(name).unwrap()).collect();
    want.sort_by_key(|name| order(name.units()));
    assert!(found.iter().copied().eq(want.iter().map(StreamName::units)));
    // What is left of the last sector is not used.
    let rest = &records[1 + names.len()..];
    assert!(rest.iter().all(|record| record.kind == 0 && record.name.is_empty()));
    let links = rest.iter().map(|record| [record.left, record.right, record.child]);
    assert!(links.flatten().all(|link| link == NONE));
}

#[test]
fn the_tree_is_valid_for_any_number_of_streams() {
    for count in 0..=200_u32 {
        // In no order.
        let names = (0..count).map(|number| format!("{}", number.wrapping_mul(2_654_435_761)));
        assert_valid(&names.collect::<Vec<_>>());
    }
}

#[test]
fn case_does_not_matter_to_the_order() {
    // These characters are not packed.
    let names = ["\u{5}b", "\u{5}A", "\u{5}-", "-b-", "-B-a", "-a-c", "é-", "Z", "z-Z"];
    assert_valid(&names.map(str::to_owned));
}

/// As long as a name may be.
#[test]
fn a_name_fills_its_room() {
    assert_valid(&["a".repeat(62), "-".repeat(31), "b".repeat(61)]);
}
