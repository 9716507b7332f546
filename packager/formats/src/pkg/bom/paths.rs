//! The tree of paths.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::super::cksum::Cksum;
use super::super::listed::{GROUP, Listed, What};
use super::NODE_SIZE;
use super::store::Store;
use crate::Error;

/// Most paths in a leaf: as many as bomutils has in one, half of what the node's size has room for.
const LEAF_PATHS: usize = 256;
/// Number of the root.
const ROOT: u32 = 1;
const ROOT_MODE: u32 = 0o040_755;

/// A path with its place in the tree.
struct Numbered<'a> {
    parent: u32,
    name: &'a str,
    /// `None`: the root.
    file: Option<&'a Listed>,
}

/// All paths, in the order of their numbers.
pub(super) struct Paths<'a>(Vec<Numbered<'a>>);

impl<'a> Paths<'a> {
    /// Numbers the root and `files`.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if a file lacks its directory.
    pub(super) fn of(files: &'a [Listed]) -> Result<Self, Error> {
        let mut children: HashMap<&str, BTreeMap<&str, &Listed>> = HashMap::new();
        for file in files {
            let (parent, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
            children.entry(parent).or_default().insert(name, file);
        }
        let mut paths = vec![Numbered {
            parent: 0,
            name: ".",
            file: None,
        }];
        let mut open = VecDeque::from([("", ROOT)]);
        while let Some((directory, parent)) = open.pop_front() {
            for (name, file) in children.remove(directory).into_iter().flatten() {
                paths.push(Numbered {
                    parent,
                    name,
                    file: Some(file),
                });
                if file.what == What::Directory {
                    open.push_back((&file.path, number_of(paths.len() - 1)));
                }
            }
        }
        match children.keys().next() {
            Some(directory) => Err(Error::Mismatch(format!("{directory} is not there, or no directory"))),
            None => Ok(Self(paths)),
        }
    }

    /// How many there are.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// Writes the tree, and returns its block's number.
    pub(super) fn write(&self, store: &mut Store, time: u32) -> u32 {
        // Each entry: the block with the value, the block with the key.
        let entries: Vec<(u32, u32)> = self
            .0
            .iter()
            .enumerate()
            .map(|(index, path)| {
                let known = store.add(path.record(time));
                let value = store.add([number_of(index), known].map(u32::to_be_bytes).concat());
                let key = store.add([&path.parent.to_be_bytes()[..], path.name.as_bytes(), &[0]].concat());
                (value, key)
            })
            .collect();
        let first = store.next();
        let leaves = entries.chunks(LEAF_PATHS).zip(first..);
        let last = first + u32::try_from(entries.len().div_ceil(LEAF_PATHS)).unwrap_or(u32::MAX) - 1;
        let mut nodes = Vec::new();
        for (paths, number) in leaves {
            let next = if number == last { 0 } else { number + 1 };
            let previous = if number == first { 0 } else { number - 1 };
            let block = store.add(leaf(paths, next, previous));
            // A node above has the last key of each leaf.
            nodes.extend(paths.last().map(|(_, key)| (block, *key)));
        }
        let root = match nodes.as_slice() {
            [(only, _)] => *only,
            nodes => store.add(node(0, nodes, 0, 0)),
        };
        store.add(tree(root, NODE_SIZE, self.count()))
    }
}

impl Numbered<'_> {
    /// What is known of the path.
    fn record(&self, time: u32) -> Vec<u8> {
        let directory = |mode| (2, mode, 0, 0, "");
        let (kind, mode, size_bytes, checksum, target): (u8, u32, u32, u32, &str) = match self.file {
            None => directory(ROOT_MODE),
            Some(file) => match &file.what {
                What::Directory => directory(file.st_mode()),
                What::File { size_bytes, cksum } => (1, file.st_mode(), *size_bytes, *cksum, ""),
                What::Symlink { target } => (
                    3,
                    file.st_mode(),
                    file.size_bytes(),
                    Cksum::of(target.as_bytes()),
                    target,
                ),
            },
        };
        // `st_mode` has 16 bits.
        let mode = (mode & 0xFFFF) as u16;
        let owner = 0_u32;
        let mut record = vec![kind, 1];
        // Which architectures a file is for: bomutils says this of every file.
        record.extend_from_slice(&3_u16.to_be_bytes());
        record.extend_from_slice(&mode.to_be_bytes());
        for number in [owner, GROUP, time, size_bytes] {
            record.extend_from_slice(&number.to_be_bytes());
        }
        record.push(1);
        record.extend_from_slice(&checksum.to_be_bytes());
        let target = if target.is_empty() {
            Vec::new()
        } else {
            [target.as_bytes(), &[0]].concat()
        };
        // Targets have at most 1,024 bytes.
        record.extend_from_slice(&u32::try_from(target.len()).unwrap_or(u32::MAX).to_be_bytes());
        record.extend_from_slice(&target);
        record
    }
}

/// The number of the path at `index`.
fn number_of(index: usize) -> u32 {
    u32::try_from(index).map_or(u32::MAX, |index| index + ROOT)
}

/// A tree's own block: magic, version, root, size of nodes, number of paths, and a byte of unknown meaning.
pub(super) fn tree(root: u32, node_size: u32, count: u32) -> Vec<u8> {
    let numbers = [1, root, node_size, count].map(u32::to_be_bytes).concat();
    [&b"tree"[..], &numbers, &[0]].concat()
}

/// A leaf, between two others.
pub(super) fn leaf(entries: &[(u32, u32)], next: u32, previous: u32) -> Vec<u8> {
    node(1, entries, next, previous)
}

fn node(is_leaf: u16, entries: &[(u32, u32)], next: u32, previous: u32) -> Vec<u8> {
    let mut node = is_leaf.to_be_bytes().to_vec();
    node.extend_from_slice(&u16::try_from(entries.len()).unwrap_or(u16::MAX).to_be_bytes());
    for number in [next, previous]
        .into_iter()
        .chain(entries.iter().flat_map(|(one, two)| [*one, *two]))
    {
        node.extend_from_slice(&number.to_be_bytes());
    }
    node
}
