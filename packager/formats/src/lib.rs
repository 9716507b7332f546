//! Packaging formats: a file tree in, the parts of a package out.
//!
//! A package is composed (see `packager-artifact`): [`Format::write_shared`] turns a tree that holds nothing of a
//! customer into a run of compressed data, once; [`Format::compose`] puts any number of such runs and a tree of the
//! customer's own files together into one well-formed package. What composing must know of a shared run (its size, the
//! digests of its files) is in the [`SharedNotes`] that writing it returned.
//!
//! This crate knows nothing of Fleet, and does no I/O beyond the readers and writers it is given: no clock, no
//! environment, no randomness. The same input gives the same bytes.

pub mod arch;
mod content;
pub mod deb;
mod error;
mod format;
pub mod msi;
mod order;
mod package;
pub mod pkg;
pub mod rpm;
mod shared_digests;
pub mod stream;
mod tar_run;
mod tarball;
mod tree;
mod version;

pub use error::Error;
pub use format::{Format, SharedNotes, SignaturePlace};
pub use package::{Architecture, Package, Scripts};
pub use shared_digests::SharedDigests;
pub use stream::{BlockId, Compression, Compressors, Effort, KnownBlocks, LocatedBlock, Position};
pub use tar_run::TarNotes;
pub use tree::{Content, Entry, Kind, OnUpgrade, Privacy, Tree, TreePath};
