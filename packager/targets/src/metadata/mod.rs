//! Signed metadata: from bytes, through a candidate, to something trusted.
//!
//! A file of metadata is `{"signed": …, "signatures": […]}`. The signatures are over the
//! canonical JSON form of `signed`, with every member that a writer put there. So the parsed
//! value itself is what gets verified, and the typed view is read from the same value: a
//! member that is not known here cannot be lost on the way.
//!
//! `tough`'s own types for timestamp, snapshot and targets ask for SHA-256 digests, while
//! go-tuf's default (and so Fleet's repository) has SHA-512 alone. These types take either.

mod candidate;
mod json;
mod meta_file;
mod root;
mod snapshot;
mod targets;
#[cfg(test)]
mod tests;
mod timestamp;

pub(crate) use candidate::{Body, Candidate, Trusted};
pub(crate) use meta_file::MetaFile;
pub(crate) use root::RootBody;
pub(crate) use snapshot::{SnapshotBody, TARGETS_FILE};
pub(crate) use targets::TargetsBody;
pub(crate) use timestamp::TimestampBody;

/// A member of the metadata that is missing or not of the specified form.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("missing or malformed: {0}")]
pub(crate) struct Malformed(pub(crate) &'static str);
