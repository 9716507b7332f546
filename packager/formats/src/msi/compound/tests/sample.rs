//! Compound files, and `cfb` as their reader.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use packager_artifact::{Part, Sha256Digest, SharedPart};
use zeroize::Zeroizing;

use crate::msi::compound::directory::INSTALLER_CLASS;
use crate::msi::compound::{Data, SECTOR_SIZE, Stream, StreamName, index, write};

/// A stream and its bytes.
pub(super) type Filled = (Stream, Vec<u8>);

/// A file, with what it was made of.
pub(super) struct File {
    pub(super) streams: Vec<Stream>,
    pub(super) parts: Vec<Part>,
    pub(super) index: Option<Vec<u8>>,
    contents: Vec<Vec<u8>>,
    shelf: HashMap<SharedPart, Vec<u8>>,
}

pub(super) fn own(name: &str, bytes: Vec<u8>) -> Filled {
    let stream = Stream {
        name: StreamName::stream(name).unwrap(),
        data: Data::Own(Zeroizing::new(bytes.clone())),
    };
    (stream, bytes)
}

pub(super) fn shared(name: &str, bytes: &[u8]) -> Filled {
    let stream = Stream {
        name: StreamName::stream(name).unwrap(),
        data: Data::Shared(part(bytes)),
    };
    (stream, bytes.to_vec())
}

fn part(bytes: &[u8]) -> SharedPart {
    SharedPart {
        sha256: Sha256Digest::of(bytes),
        size_bytes: bytes.len() as u64,
    }
}

/// Pseudo-random bytes, in which no two units of the mini stream are the same.
pub(super) fn noise(seed: u32, length: usize) -> Vec<u8> {
    let unit = |number: u64| (number << 32 | u64::from(seed)).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(length.next_multiple_of(64));
    for number in 0..length.div_ceil(64) as u64 {
        bytes.extend_from_slice(&unit(number).to_le_bytes().repeat(8));
    }
    bytes.truncate(length);
    bytes
}

impl File {
    pub(super) fn of(filled: Vec<Filled>) -> Self {
        let (streams, contents): (Vec<_>, Vec<_>) = filled.into_iter().unzip();
        let mut shelf = HashMap::new();
        let mut sizes = Vec::new();
        for (stream, content) in streams.iter().zip(&contents) {
            if let Data::Shared(part) = &stream.data {
                sizes.push(part.size_bytes);
                shelf.insert(*part, content.clone());
            }
        }
        let index = index(sizes.into_iter()).unwrap();
        shelf.extend(index.iter().map(|index| (part(index), index.clone())));
        let parts = write(&streams, index.as_deref().map(part)).unwrap();
        Self {
            streams,
            parts,
            index,
            contents,
            shelf,
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in &self.parts {
            bytes.extend_from_slice(match part {
                Part::Own(own) => own.expose(),
                Part::Shared(part) => &self.shelf[part],
            });
        }
        bytes
    }
}

/// What `cfb` reads, where it is strict, is what went in, and nothing else.
pub(super) fn assert_reads_back(file: &File) {
    let bytes = file.bytes();
    assert!(bytes.len().is_multiple_of(SECTOR_SIZE));
    let mut reader = cfb::CompoundFile::open_strict(Cursor::new(bytes)).unwrap();
    assert_eq!(reader.version(), cfb::Version::V4);
    assert_eq!(reader.root_entry().clsid().to_bytes_le(), INSTALLER_CLASS);
    assert_eq!(reader.walk().count(), 1 + file.streams.len());
    for (stream, content) in file.streams.iter().zip(&file.contents) {
        let name = format!("/{}", String::from_utf16(stream.name.units()).unwrap());
        let mut read = Vec::new();
        reader.open_stream(&name).unwrap().read_to_end(&mut read).unwrap();
        assert!(
            read == *content,
            "{stream:?}: {} of {} bytes",
            read.len(),
            content.len()
        );
    }
}
