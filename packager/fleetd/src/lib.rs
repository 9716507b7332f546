//! Fleet's agent as files: from what was asked for and the fetched targets to the tree, scripts and texts of an
//! installer.
//!
//! Names, paths, modes and keys are those of Fleet's own installers: to orbit and to Fleet a host with our package is
//! one with a package of `fleetctl package` with the same options. Texts are written anew, from what they must achieve.
//!
//! An installer's files come in several trees, after what they depend on:
//!
//! | tree | depends on | part |
//! |---|---|---|
//! | [`linux::base_tree`] | this crate | shared, made once |
//! | [`linux::component_tree`] | one target and its channel | shared, made once for each release of the program |
//! | [`linux::metadata_tree`] | the update repository's metadata | shared, made anew when the timestamp role is |
//! | [`linux::own_tree`] | the request | the package's own |
//!
//! No I/O, no clock, no environment.

mod certificates;
mod component;
mod error;
mod fetched;
pub mod linux;
mod metadata;
mod named;
mod package;
mod platform;

pub use component::{Component, Form, Program};
pub use error::Error;
pub use fetched::{Archive, ArchiveEntry, Fetched};
pub use metadata::{LocalMetadata, RoleDocuments};
pub use package::package;
pub use platform::Platform;
