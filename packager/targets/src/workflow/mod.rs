//! The client workflow of the TUF specification, version 1.0 (sections 5.1 to 5.6).
//!
//! A refresh walks root, timestamp, snapshot and targets, one module each. Whatever it has
//! verified becomes trusted, and is kept on disk, at once: a refresh that fails half-way has
//! still learnt which versions must not be rolled back. Builds, on the other hand, go on
//! with the last set of four that was complete, until a new one is.

mod datastore;
mod published;
mod root;
mod snapshot;
mod source;
mod state;
mod targets;
#[cfg(test)]
mod tests;
mod timestamp;

pub(crate) use datastore::Datastore;
pub(crate) use published::Published;
pub(crate) use source::{MetadataSource, Missing};
pub(crate) use state::State;
