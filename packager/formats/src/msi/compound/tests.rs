//! `cfb`'s strict reader takes every file apart here, and the tests look at the directory's records themselves. Stock tools are
//! asked in `msi/tests/tools.rs`.

mod sample;
mod tree;

use packager_artifact::{OwnBytes, Part, Sha256Digest, SharedPart};

use self::sample::{File, assert_reads_back, noise, own, shared};
use super::*;
use crate::Error;

/// Lengths around those at which something is laid out otherwise.
const LENGTHS: [usize; 11] = [0, 1, 63, 64, 65, 4095, 4096, 4097, 8191, 8192, 8193];

#[test]
fn streams_of_every_length_come_back() {
    for length in LENGTHS {
        assert_reads_back(&File::of(vec![own("it", noise(1, length))]));
    }
    let all = LENGTHS.map(|length| own(&format!("of{length}"), noise(2, length)));
    assert_reads_back(&File::of(all.to_vec()));
}

/// A sector of the directory has room for the root and 31 streams.
#[test]
fn directories_of_every_size_come_back() {
    for count in [0, 1, 2, 30, 31, 32, 33, 62, 63, 64, 100] {
        let streams = (0..count).map(|number| own(&format!("stream{number}"), noise(number, 100)));
        let file = File::of(streams.collect());
        assert_reads_back(&file);
        let sectors = u32::from_le_bytes(file.bytes()[40..44].try_into().unwrap());
        assert_eq!(
            usize::try_from(sectors).unwrap(),
            (count as usize + 1).div_ceil(32),
            "{count}"
        );
    }
}

/// The mini stream's FAT takes more than one sector, and the mini stream many.
#[test]
fn many_short_streams_come_back() {
    let streams = (0..100).map(|number| own(&format!("stream{number}"), noise(number, 4095)));
    assert_reads_back(&File::of(streams.collect()));
}

/// The FAT takes one sector, or two.
#[test]
fn long_own_streams_come_back() {
    // Beside the stream there are one sector of the FAT and one of the directory, or two and one.
    for (sectors, fat_sectors) in [
        (1021, 1),
        (1022, 1),
        (1023, 2),
        (1024, 2),
        (2044, 2),
        (2045, 2),
        (2046, 3),
    ] {
        let file = File::of(vec![own("it", noise(3, sectors * SECTOR_SIZE))]);
        assert_reads_back(&file);
        let counted = u32::from_le_bytes(file.bytes()[44..48].try_into().unwrap());
        assert_eq!(counted, fat_sectors, "{sectors}");
    }
}

#[test]
fn shared_streams_lie_behind_the_header_as_they_are() {
    let (one, two, three) = (
        noise(4, 5 * SECTOR_SIZE),
        noise(5, SECTOR_SIZE),
        noise(6, 2 * SECTOR_SIZE),
    );
    // Own streams stand in front, behind and between; none of them moves a shared one.
    let file = File::of(vec![
        own("a", noise(7, 9000)),
        shared("one", &one),
        own("b", noise(8, 10)),
        shared("two", &two),
        shared("three", &three),
        own("c", Vec::new()),
    ]);
    assert_reads_back(&file);
    let bytes = file.bytes();
    assert!(bytes[SECTOR_SIZE..].starts_with(&[one, two, three].concat()));
    assert!(matches!(
        file.parts[..],
        [
            Part::Own(_),
            Part::Shared(_),
            Part::Shared(_),
            Part::Shared(_),
            Part::Own(_)
        ]
    ));
    assert_eq!(file.parts[0].size_bytes(), SECTOR_SIZE as u64);
}

#[test]
fn the_index_stands_behind_what_it_is_of() {
    for (sectors, indexed) in [(1, 0), (1023, 0), (1024, 1), (1025, 1), (2047, 1), (2048, 2), (2049, 2)] {
        let first = noise(9, SECTOR_SIZE);
        let mut streams = vec![shared("first", &first)];
        let rest = noise(10, (sectors - 1) * SECTOR_SIZE);
        if !rest.is_empty() {
            streams.push(shared("rest", &rest));
        }
        streams.extend([own("own", noise(11, 5000)), own("short", noise(12, 50))]);
        let file = File::of(streams);
        assert_eq!(
            file.index.as_ref().map_or(0, Vec::len),
            indexed * SECTOR_SIZE,
            "{sectors}"
        );
        assert_reads_back(&file);
    }
}

#[test]
fn an_index_of_other_parts_is_refused() {
    let part = |sectors: usize| noise(13, sectors * SECTOR_SIZE);
    let (long, longer, halves) = (part(1500), part(2048), [part(700), part(800)]);
    let streams = [shared("it", &long).0];
    let index = |sizes: &[&Vec<u8>]| {
        let index = index(sizes.iter().map(|bytes| bytes.len() as u64)).unwrap().unwrap();
        SharedPart {
            sha256: Sha256Digest::of(&index),
            size_bytes: index.len() as u64,
        }
    };
    assert!(write(&streams, Some(index(&[&long]))).is_ok());
    let of_as_many_sectors = index(&[&halves[0], &halves[1]]);
    for wrong in [None, Some(index(&[&longer])), Some(of_as_many_sectors)] {
        let refused = write(&streams, wrong);
        assert!(matches!(refused, Err(Error::Mismatch(_))), "{refused:?}");
    }
    let needs_none = [shared("it", &part(1023)).0];
    assert!(write(&needs_none, None).is_ok());
    assert!(matches!(
        write(&needs_none, Some(index(&[&long]))),
        Err(Error::Mismatch(_))
    ));
}

#[test]
fn shared_parts_that_are_no_whole_sectors_are_refused() {
    for length in [0, 1, 4095, 4097, u64::MAX] {
        let part = SharedPart {
            sha256: Sha256Digest::of(b""),
            size_bytes: length,
        };
        let stream = Stream {
            name: StreamName::stream("it").unwrap(),
            data: Data::Shared(part),
        };
        assert!(matches!(write(&[stream], None), Err(Error::Mismatch(_))), "{length}");
        assert!(
            matches!(index([4096, length].into_iter()), Err(Error::Mismatch(_))),
            "{length}"
        );
    }
}

/// Each of 109 sectors of the FAT has room for itself and 1,023 others, of which one is the directory's here.
#[test]
fn more_than_the_header_can_list_is_refused() {
    let sizes = |sectors: u64| [sectors * SECTOR_SIZE as u64];
    let most = 109 * 1023 - 1;
    for (sectors, fits) in [(most, true), (most + 1, false), (1 << 32, false)] {
        let index = if sectors < 1 << 32 {
            index(sizes(sectors).into_iter()).unwrap().unwrap()
        } else {
            assert!(matches!(index(sizes(sectors).into_iter()), Err(Error::Invalid(_))));
            Vec::new()
        };
        let [size_bytes] = sizes(sectors);
        let part = SharedPart {
            sha256: Sha256Digest::of(b"nobody reads it"),
            size_bytes,
        };
        let stream = Stream {
            name: StreamName::stream("it").unwrap(),
            data: Data::Shared(part),
        };
        let index = SharedPart {
            sha256: Sha256Digest::of(&index),
            size_bytes: index.len() as u64,
        };
        let written = write(&[stream], Some(index));
        assert_eq!(written.is_ok(), fits, "{sectors}: {written:?}");
        assert!(fits || matches!(written, Err(Error::Invalid(_))), "{written:?}");
    }
}

/// So a digest goes on from behind the shared parts.
#[test]
fn what_stands_in_front_of_own_bytes_is_the_same_for_everybody() {
    let cabinet = noise(14, 1030 * SECTOR_SIZE);
    let file = |seed| {
        File::of(vec![
            shared("cabinet", &cabinet),
            own("own.cab", noise(seed, 6000)),
            own("table", noise(seed + 1, 300)),
        ])
    };
    let (one, other) = (file(15), file(30));
    let (own, front) = one.parts.split_last().unwrap();
    let (other_own, other_front) = other.parts.split_last().unwrap();
    assert_eq!(front, other_front);
    assert_ne!(own, other_own);
    assert!(matches!(front, [Part::Own(_), Part::Shared(_), Part::Shared(_)]));
}

#[test]
fn what_was_written_is_read() {
    let cabinets = [noise(16, 1100 * SECTOR_SIZE), noise(17, SECTOR_SIZE)];
    for shared_streams in 0..=2 {
        let mut streams = LENGTHS
            .map(|length| own(&format!("of{length}"), noise(18, length)))
            .to_vec();
        for (number, cabinet) in cabinets.iter().take(shared_streams).enumerate() {
            streams.insert(3 * number, shared(&format!("shared{number}"), cabinet));
        }
        let file = File::of(streams);
        let (read, index) = read(&file.parts).unwrap();
        // Shared ones come first, then short ones, then the others, each kind in its order.
        let rank = |stream: &Stream| match &stream.data {
            Data::Shared(_) => 0,
            Data::Own(bytes) if bytes.len() < MINI_CUTOFF => 1,
            Data::Own(_) => 2,
        };
        let mut want = file.streams.clone();
        want.sort_by_key(rank);
        assert!(read == want, "{read:?}");
        assert_eq!(index.is_some(), shared_streams > 0);
        assert!(write(&read, index).unwrap() == file.parts);
    }
}

#[test]
fn what_is_no_compound_file_is_not_read() {
    let file = File::of(vec![
        shared("shared", &noise(19, SECTOR_SIZE)),
        own("own", noise(20, 5000)),
    ]);
    let [Part::Own(head), cabinet, Part::Own(tail)] = file.parts.as_slice() else {
        panic!("{:?}", file.parts)
    };
    let part = |bytes: &[u8]| Part::Own(OwnBytes::new(bytes.to_vec()));
    let changed = |at: usize, value: u32| {
        let mut bytes = head.expose().to_vec();
        bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
        part(&bytes)
    };
    let whole = part(tail.expose());
    for parts in [
        vec![],
        vec![part(b"")],
        vec![part(head.expose())],
        vec![part(b"MSCF"), cabinet.clone(), whole.clone()],
        vec![part(&head.expose()[..4095]), cabinet.clone(), whole.clone()],
        vec![part(head.expose()), cabinet.clone()],
        vec![part(head.expose()), whole.clone()],
        vec![
            part(head.expose()),
            cabinet.clone(),
            cabinet.clone(),
            cabinet.clone(),
            whole.clone(),
        ],
        vec![
            part(head.expose()),
            cabinet.clone(),
            part(&tail.expose()[..SECTOR_SIZE]),
        ],
        vec![
            part(head.expose()),
            cabinet.clone(),
            part(&tail.expose()[..2 * SECTOR_SIZE]),
        ],
        vec![changed(40, u32::MAX), cabinet.clone(), whole.clone()],
        vec![changed(48, u32::MAX), cabinet.clone(), whole.clone()],
        vec![changed(48, 0), cabinet.clone(), whole.clone()],
    ] {
        let refused = read(&parts);
        assert!(matches!(refused, Err(Error::Mismatch(_))), "{parts:?}: {refused:?}");
    }
}
