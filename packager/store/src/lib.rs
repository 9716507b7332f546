//! Package records, sealed own parts and jobs, shared parts, expiry.
//!
//! # What lies where
//! ```text
//! <data>/lock                       held by the one process that has the store open
//! <data>/key-check                  tells another master key from the right one, and whether it is being replaced
//! <data>/master.key                 the master key, where no other place was named for it
//! <data>/index/                     sled: records, fingerprints, expiry, shared parts
//! <data>/packages/<2 hex>/<id>.job  what was asked for, and what the build has come to if that is kept, sealed, from the
//!                                   promise of a package until its build ends
//! <data>/packages/<2 hex>/<id>.own  a finished package's own bytes, sealed, until it is destroyed
//! <data>/shared/<sha256>            shared parts
//! <data>/tmp/                       files being written; emptied at every start
//! ```
//! The index is log-structured: what it once held stays in old segments of its log. So nothing that has to be
//! destroyed ever goes into it, neither sealed bytes nor wrapped keys, and each package has files of its own, which can
//! be overwritten in place.
//!
//! # What is durable when
//! Each sealed file carries, sealed with the rest, what the index would say of it. The files are the truth and the
//! index follows them: a package that is finished on disk but unknown to the index, because the machine stopped before
//! the index reached the disk, is taken in again by [`Store::open`]. This leaves one wait for the disk in the making of
//! a package, the one for its own bytes:
//!
//! | before this is announced | this has reached the disk |
//! |---|---|
//! | an id ([`Store::submit`], [`Store::make_durable`]) | the job file, or the finished package |
//! | success ([`Store::publish`]) | the own file; shared parts were synced when they were committed |
//! | a failure's end of its job ([`Store::fail`]) | the record |
//! | what a build has come to ([`Store::keep_work`]) | the job file with it |
//! | a destruction ([`Store::destroy`]) | the record, the overwritten key, the overwritten bytes |
//!
//! Stages live in memory alone. Builds that were queued or under way start from the beginning after a restart, or from what
//! they kept.

// So that unit tests and integration tests share what they need.
#[cfg(test)]
extern crate self as packager_store;

mod destroy;
mod due_key;
mod error;
mod expire;
mod fail;
mod id;
mod index;
mod key_check;
mod key_file;
mod keyring;
mod lock;
mod master_key;
mod mend;
mod open_package;
mod pending;
mod publish;
mod record;
mod recover;
mod reindex;
mod request_digest;
mod rotate;
mod seal;
mod settings;
mod shared;
mod shared_entry;
mod shared_file;
mod shared_writer;
mod shred;
mod stats;
mod store;
mod submit;
mod view;
mod work;

pub use error::Error;
pub use expire::Expiry;
pub use id::{PackageId, ParsePackageIdError};
pub use keyring::Fingerprint;
pub use master_key::{MasterKey, MasterKeyError};
pub use open_package::OpenPackage;
pub use publish::{Details, SignatureFile};
pub use record::{Expired, Failed, Record, Signature, Stage, Succeeded, Versions};
pub use rotate::Rotated;
pub use settings::{StorageLimit, StoreSettings};
pub use shared::SharedParts;
pub use shared_entry::{Collected, SharedEntry, SharedKey};
pub use shared_file::{Look, SharedFile};
pub use shared_writer::SharedWriter;
pub use stats::Stats;
pub use store::Store;
pub use submit::{Outcome, Retry, Submitted};
