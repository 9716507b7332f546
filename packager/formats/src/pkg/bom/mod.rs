//! `Bom`, the bill of materials: which files a package installs. All numbers are big-endian.
//!
//! A file is a store of numbered blocks, some of which have names ("variables"). In front is a header; at the end is the table
//! that says where each block lies, with a list of free ones behind it, which is empty here ([`store`]).
//!
//! ```text
//! header      magic "BOMStore", version, number of blocks, place and length of the table and of the variables
//! variables   names with the numbers of their blocks
//! blocks
//! table       place and length of each block; block 0 is none
//! ```
//!
//! | variable | is |
//! |---|---|
//! | `BomInfo` | version, and the number of paths, plus one |
//! | `Paths` | a B+ tree of all paths |
//! | `HLIndex` | a tree of hard links; empty here |
//! | `VIndex` | a tree of names that hide others; empty here |
//! | `Size64` | a tree of files of 4 GiB and more; empty here |
//!
//! In `Paths` a key is the number of the parent and the name; a value is the number of the path and the block with what is known
//! of it: type, mode, owner, group, time, size, checksum, target of a link ([`paths`]). Numbers count from one, the root, which
//! is called `.` and whose parent is 0; a directory's number is lower than those in it. So the keys ascend when paths are taken
//! directory by directory, those of one by name.
//!
//! What is known of this is known from files, not from a specification. Two fields of a path are of unknown meaning, and are what
//! bomutils writes.

mod paths;
mod store;

use self::paths::{Paths, tree};
use self::store::Store;
use super::listed::Listed;
use crate::Error;

/// What a tree's nodes are said to have room for.
const NODE_SIZE: u32 = 4096;
/// The same of the tree in `VIndex`.
const SMALL_NODE_SIZE: u32 = 128;

/// The bill of materials of `files` and the root.
///
/// # Errors
/// [`Error::Mismatch`] if a file lacks its directory; [`Error::Invalid`] if the time does not fit.
pub(super) fn bom(files: &[Listed], build_time: u64) -> Result<Vec<u8>, Error> {
    let time = u32::try_from(build_time).map_err(|_| Error::Invalid("the time does not fit into a pkg".to_owned()))?;
    let paths = Paths::of(files)?;
    let count = paths.count();
    let mut store = Store::new();

    // Version, paths and one more, and one entry for an architecture that is not said.
    let info = [1, count + 1, 1, 0, 0, 0, 0];
    let info = store.add(info.map(u32::to_be_bytes).concat());
    store.name("BomInfo", info);
    let paths = paths.write(&mut store, time);
    store.name("Paths", paths);
    for name in ["HLIndex", "VIndex", "Size64"] {
        let leaf = store.add(paths::leaf(&[], 0, 0));
        let is_small = name == "VIndex";
        let mut block = store.add(tree(leaf, if is_small { SMALL_NODE_SIZE } else { NODE_SIZE }, 0));
        if is_small {
            // Version, the tree, and five bytes of unknown meaning.
            block = store.add([&1_u32.to_be_bytes()[..], &block.to_be_bytes(), &[0; 5]].concat());
        }
        store.name(name, block);
    }
    store.finish()
}

#[cfg(test)]
mod tests;
