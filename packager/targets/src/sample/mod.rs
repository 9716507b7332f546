//! Writes TUF repositories: the inverse of the client, for the demo, tests and benchmarks.
//!
//! A [`SampleRepository`] looks like one of Fleet's, down to go-tuf's habits: metadata at the
//! top of a folder, targets under `targets/`, ed25519 keys whose JSON names the hash
//! algorithms of key IDs, digests of SHA-512 alone unless asked otherwise. Its keys are made
//! afresh, held in memory and never written down: nothing that matters may trust them.

mod document;
mod key;
mod metadata;
mod repository;
mod settings;

pub use repository::SampleRepository;
pub use settings::{ConsistentSnapshot, ListedDigests, SampleSettings};

/// What unit tests elsewhere in the crate need to sign metadata of their own.
#[cfg(test)]
pub(crate) mod signing {
    pub(crate) use super::document::sign;
    pub(crate) use super::key::{SampleKey, key_id};
}
