//! Archives inside targets: gzip-compressed tar, unpacked within bounds.
//!
//! A target's hash says who made the archive, not that it is harmless. So nothing in it is
//! executed, linked or named: entries are directories, regular files and symbolic links alone,
//! their paths are checked as text, and the contents of files are written to files with numbers
//! for names, `0`, `1`, `2`, … in the order of the archive. Where a file would have gone is
//! recorded beside it, as a validated relative path.
//!
//! Bundles of macOS have links in them. They are recorded, not made. A link must not lead out of
//! the tree: its target is relative, and `..` stands in it at the front alone and not more often
//! than there are directories above the link. Nothing lies below a link, so that those are real
//! directories; what follows goes down, through links for which the same holds.
//!
//! The headers are read one by one, extended ones too, because the long name of an entry
//! (GNU `L`, pax `path`) is itself data of unbounded size. Go's `archive/tar`, GNU tar and
//! libarchive write nothing else for trees of files, directories and links.

mod entry;
mod extended;
mod fault;
mod link;
mod path;
mod reader;
#[cfg(test)]
mod tests;
mod tree;
mod unpack;

pub use entry::{EntryKind, UnpackedEntry};
pub use fault::ArchiveFault;
pub use path::ArchivePath;
pub use unpack::Unpacked;

pub(crate) use unpack::unpack;
