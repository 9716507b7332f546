//! The directory ([MS-CFB] 2.6).

use super::{SECTOR_SIZE, StreamName};

/// Bytes of an entry.
pub(super) const ENTRY_SIZE: usize = 128;
/// Where an entry has its name's length, the root's class, the first sector and the length.
const NAME_SIZE: usize = 64;
pub(super) const CLASS: usize = 80;
const START: usize = 116;
const SIZE: usize = 120;
const NAME_UNITS: usize = 32;
const NONE: u32 = 0xFFFF_FFFF;

/// {000C1084-0000-0000-C000-000000000046}: an installation package (Windows Installer SDK, "Summary Information"; without it
/// `msiexec` does not take a file for one).
pub(crate) const INSTALLER_CLASS: [u8; 16] = [0x84, 0x10, 0x0C, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46];

/// Where a stream lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: StreamName,
    /// The first sector, of the file or of the mini stream.
    pub(super) start: u32,
    pub(super) size_bytes: u64,
}

/// The directory's sectors: the root, whose stream is `mini_stream`, and the streams.
pub(super) fn bytes(mini_stream: (u32, u64), entries: &[Entry]) -> Vec<u8> {
    let tree = Tree::of(entries);
    let (start, size_bytes) = mini_stream;
    let root = Record {
        name: &"Root Entry".encode_utf16().collect::<Vec<_>>(),
        kind: 5,
        is_black: true,
        left: NONE,
        right: NONE,
        child: tree.top,
        class: INSTALLER_CLASS,
        start,
        size_bytes,
    };
    let mut bytes = Vec::with_capacity(sectors(entries.len()) * SECTOR_SIZE);
    root.write(&mut bytes);
    for (entry, node) in entries.iter().zip(&tree.nodes) {
        Record {
            name: entry.name.units(),
            kind: 2,
            is_black: node.is_black,
            left: node.left,
            right: node.right,
            child: NONE,
            class: [0; 16],
            start: entry.start,
            size_bytes: entry.size_bytes,
        }
        .write(&mut bytes);
    }
    // Entries that are not used (2.6.3).
    while bytes.len() % SECTOR_SIZE != 0 {
        Record {
            name: &[],
            kind: 0,
            is_black: false,
            left: NONE,
            right: NONE,
            child: NONE,
            class: [0; 16],
            start: 0,
            size_bytes: 0,
        }
        .write(&mut bytes);
    }
    bytes
}

/// The sectors that a directory with so many streams has.
pub(super) const fn sectors(streams: usize) -> usize {
    (streams + 1).div_ceil(SECTOR_SIZE / ENTRY_SIZE)
}

/// The root's start, and the streams, in the order in which they stand; `bytes` begins with the directory.
pub(super) fn read(bytes: &[u8]) -> Option<(u32, Vec<Entry>)> {
    let mut entries = bytes.chunks_exact(ENTRY_SIZE);
    let root = entries.next()?;
    let streams = entries.map_while(entry).collect();
    Some((u32::from_le_bytes(*root.get(START..)?.first_chunk()?), streams))
}

fn entry(record: &[u8]) -> Option<Entry> {
    let size = usize::from(u16::from_le_bytes(*record.get(NAME_SIZE..)?.first_chunk()?));
    let units = record.get(..size.checked_sub(2)?)?.chunks_exact(2);
    let units =
        units.map(|unit| u16::from_le_bytes([unit.first().copied().unwrap_or(0), unit.last().copied().unwrap_or(0)]));
    Some(Entry {
        name: StreamName::from_units(units.collect()),
        start: u32::from_le_bytes(*record.get(START..)?.first_chunk()?),
        size_bytes: u64::from_le_bytes(*record.get(SIZE..)?.first_chunk()?),
    })
}

struct Record<'a> {
    name: &'a [u16],
    kind: u8,
    is_black: bool,
    left: u32,
    right: u32,
    child: u32,
    class: [u8; 16],
    start: u32,
    size_bytes: u64,
}

impl Record<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        for at in 0..NAME_UNITS {
            out.extend_from_slice(&self.name.get(at).copied().unwrap_or(0).to_le_bytes());
        }
        let name_size = if self.name.is_empty() {
            0
        } else {
            2 * self.name.len() + 2
        };
        out.extend_from_slice(&u16::try_from(name_size).unwrap_or(u16::MAX).to_le_bytes());
        out.extend_from_slice(&[self.kind, u8::from(self.is_black)]);
        for id in [self.left, self.right, self.child] {
            out.extend_from_slice(&id.to_le_bytes());
        }
        out.extend_from_slice(&self.class);
        // No state bits and no times.
        out.extend_from_slice(&[0; 20]);
        out.extend_from_slice(&self.start.to_le_bytes());
        out.extend_from_slice(&self.size_bytes.to_le_bytes());
    }
}

/// The red-black tree of the streams (2.6.4). It is as flat as can be: all levels are full but the last, whose nodes are red.
struct Tree {
    top: u32,
    nodes: Vec<Node>,
}

#[derive(Clone, Copy)]
struct Node {
    left: u32,
    right: u32,
    is_black: bool,
}

impl Tree {
    fn of(entries: &[Entry]) -> Self {
        // Stream n has the ID n + 1, behind the root.
        let mut ids: Vec<_> = (1_u32..).zip(entries).collect();
        ids.sort_by_cached_key(|(_, entry)| entry.name.order());
        let ids: Vec<_> = ids.into_iter().map(|(id, _)| id).collect();
        let leaf = Node {
            left: NONE,
            right: NONE,
            is_black: true,
        };
        let mut nodes = vec![leaf; ids.len()];
        // Levels above the last are full: a node there is black.
        let full = (ids.len() + 1).ilog2();
        let top = grow(&ids, 0, full, &mut nodes);
        Self { top, nodes }
    }
}

/// Makes a tree of `ids`, whose top is `depth` levels down, and gives the top.
fn grow(ids: &[u32], depth: u32, full: u32, nodes: &mut [Node]) -> u32 {
    let middle = ids.len() / 2;
    let Some((left, (&top, right))) = ids
        .split_at_checked(middle)
        .and_then(|(left, rest)| Some((left, rest.split_first()?)))
    else {
        return NONE;
    };
    let left = grow(left, depth + 1, full, nodes);
    let right = grow(right, depth + 1, full, nodes);
    let at = usize::try_from(top).ok().and_then(|id| id.checked_sub(1));
    if let Some(node) = at.and_then(|at| nodes.get_mut(at)) {
        *node = Node {
            left,
            right,
            is_black: depth < full,
        };
    }
    top
}
