//! The parts model: what a package is between being composed and being served.
//!
//! A package is not written, it is composed of parts. A [`SharedPart`] holds nothing of a customer and serves every
//! package that was made of the same agent release; an own part holds everything else and is small. An [`Artifact`] is
//! an ordered list of both with the length and the SHA-256 of the whole, and serving it, or a range of it, is a walk
//! over the list ([`Layout::walk`]). Nothing holds a whole package in memory.
//!
//! This crate does no I/O of its own: it reads shared bytes through [`SharedBytes`] only.

mod artifact;
mod digest;
mod layout;
mod memo;
mod part;
mod piece;
mod read_ahead;
mod sha1;

pub use artifact::{Artifact, Unsigned};
pub use digest::{DigestWriter, ParseDigestError, Sha256Digest, Sha256State};
pub use layout::{Layout, Segment, Slice};
pub use memo::DigestMemo;
pub use part::{OwnBytes, Part, SharedBytes, SharedPart};
pub use piece::{OwnSlice, Piece, pieces_in};
pub use sha1::{SHA1_SIZE, sha1};
