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
//! | [`base_tree`] | this crate | shared, made once |
//! | [`component_tree`] | one target and its channel | shared, made once for each release of the program |
//! | [`metadata_tree`] | the update repository's metadata | shared, made anew when the timestamp role is |
//! | [`own_tree`] | the request | the package's own |
//!
//! No I/O, no clock, no environment.

mod agent_folder;
mod certificates;
mod component;
mod error;
mod fetched;
mod linux;
mod macos;
mod metadata;
mod named;
mod package;
mod platform;
#[cfg(test)]
mod samples;
mod trees;
mod variables;
mod windows;

pub use agent_folder::metadata_tree;
pub use component::{Component, Form, Program};
pub use error::Error;
pub use fetched::{Archive, ArchiveEntry, EntryContent, Fetched};
pub use macos::configuration_profile;
pub use metadata::{LocalMetadata, RoleDocuments};
pub use package::package;
pub use platform::Platform;
pub use trees::{base_tree, component_tree, own_tree};
pub use windows::Codes;
