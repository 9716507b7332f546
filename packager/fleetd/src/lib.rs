//! Fleet's agent as files: from what was asked for and the fetched targets to the tree, scripts and texts of an
//! installer.
//!
//! Names, paths, modes and keys are those of Fleet's own installers: to orbit and to Fleet a host with our package is
//! one with a package of `fleetctl package` with the same options. Texts are written anew, from what they must achieve.
//!
//! An installer's files come in three trees, after what they depend on:
//!
//! | tree | depends on | part |
//! |---|---|---|
//! | [`linux::agent_tree`] | the targets and their channels | shared, made once a release |
//! | [`linux::metadata_tree`] | the update repository's metadata | shared, made anew when the timestamp role is |
//! | [`linux::own_tree`] | the request | the package's own |
//!
//! No I/O, no clock, no environment.

mod agent;
mod certificates;
mod error;
pub mod linux;
mod metadata;
mod named;
mod package;
mod platform;
mod targets;

pub use agent::{Agent, Bundle, BundleEntry, Component, Program};
pub use error::Error;
pub use metadata::{LocalMetadata, RoleDocuments};
pub use package::package;
pub use platform::Platform;
pub use targets::{TargetNames, target_names};
