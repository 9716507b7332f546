//! RPM packages of format 4, from rpm's documentation ("RPM V4 Package format").
//!
//! A package is four things one after the other:
//!
//! ```text
//! own      lead             96 bytes for file(1); rpm looks at the magic alone
//! own      signature header digests of the header, its signature; padded to 8 bytes
//! own      header           name, version, dependencies, scripts, the list of all files with their digests,
//!                           and the digest of the payload
//! shared   payload: the agent's files                   } one xz stream
//! shared   payload: further files, made more often      } that unpacks to
//! own      payload: files of this package, trailer      } one cpio archive
//! ```
//!
//! The signature is over the header, and the header has the digest of the payload: so whoever has checked the one has
//! checked all. It is also why hardly a byte in front of the payload is the same for two customers. What can be remembered
//! of a release is the digest of the payload as far as it is shared, packed and unpacked ([`crate::SharedDigests`]); of what
//! was shared the header's list of files remembers everything ([`SharedNotes`]).
//!
//! The archive is cpio's "new" form (cpio(5), "New ASCII Format"). rpm finds its entries by path, so they stand in another
//! order than the header's list, which rpm searches and wants sorted. Links between files do not occur: every entry has
//! one link and an inode number of no meaning.
//!
//! Two things that `rpmbuild` writes are left out on purpose. The MD5 in the signature header is over the header and the
//! payload; it would have to be computed of every byte for every package, and rpm since 4.14 checks the payload with the
//! header's SHA-256. What libmagic thinks of each file serves `rpmbuild`'s own dependency generators.
//!
//! **The header is readable by every user of the host** (`rpm --query --dump`), and the digests of all files are in it:
//! rpm unpacks no file without. A file with a guessable secret in it lets local users try guesses against its digest.
//! [`crate::Privacy`] can change nothing about that here.

mod compose;
mod cpio;
mod dependencies;
mod file_list;
mod header;
mod lead;
mod listed;
mod package_header;
mod shared;
mod signature;
mod signature_header;
mod tag;

pub use compose::{compose, remember};
pub use shared::{SharedNotes, write_shared};
pub use signature::{attach_signature, signed_ranges};

#[cfg(test)]
mod tests;
