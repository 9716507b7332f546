//! Verified targets from a TUF repository.
//!
//! [`Repository`] runs the client workflow of [the TUF specification] over a repository laid
//! out as Fleet's is: metadata at the top of its URL, target files under `targets/`. Whatever
//! comes from there is hostile until a threshold of trusted keys, and every listed hash, says
//! otherwise. Repositories of go-tuf, python-tuf and `tough` are read alike, with SHA-256,
//! SHA-512 or both, with consistent snapshots or without.
//!
//! The crate never asks for the time: whoever refreshes, or asks what is current, passes it in.
//!
//! [the TUF specification]: https://theupdateframework.github.io/specification/latest/

mod archive;
mod blocking;
mod body;
mod cache;
mod error;
mod hashes;
mod incoming;
mod limits;
mod metadata;
mod refresh_status;
mod repository;
mod retry;
mod role;
mod roots;
pub mod sample;
mod single_flight;
mod target;
mod target_name;
mod target_stream;
mod target_version;
mod transport;
mod trusted_metadata;
mod unpacked_store;
mod verified_reader;
mod workflow;

pub use archive::{ArchiveFault, ArchivePath, EntryKind, Unpacked, UnpackedEntry};
pub use error::{Check, Error, Source, Subject};
pub use hashes::{Digests, Hashes};
pub use limits::{ArchiveLimits, Limits, Pace, Retry};
pub use refresh_status::RefreshStatus;
pub use repository::{Repository, RepositorySettings};
pub use role::Role;
pub use roots::embedded_root;
pub use target::{CachedTarget, Target};
pub use target_name::{InvalidTargetName, TargetName};
pub use target_stream::{TargetReader, TargetStream};
pub use target_version::{InvalidTargetVersion, TargetVersion};
pub use transport::{ClientIdentity, FileTransport, HttpSettings, HttpTransport, Proxies, transport};
pub use trusted_metadata::{Documents, TrustedMetadata};
pub use unpacked_store::UnpackedArchive;
pub use verified_reader::{Damaged, VerifiedReader};
