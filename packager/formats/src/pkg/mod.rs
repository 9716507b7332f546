//! macOS flat packages, for the Installer of macOS 10.5 and newer.
//!
//! Apple has documented two of the five formats in one: xar (the source and manual of Apple's `xar`) and the definition of a
//! distribution (*Distribution Definition XML Schema Reference*); cpio's "odc" form is POSIX's (*pax*, "cpio Interchange
//! Format"). What is known of `PackageInfo` and `Bom` was found out by others, who wrote `lsbom` and `mkbom` anew (bomutils,
//! Stéphane Sudre's *Flat Package Format*), and whose packages Installer has taken for years.
//!
//! # The archive: xar
//!
//! ```text
//! own      header            28 bytes: magic, lengths of the table of contents, and which digest it is checked with
//! own      table of contents XML, compressed with zlib
//! own      heap:  checksum   SHA-1 of the table of contents, as it is compressed
//! own             signatures room for them, if the package is to have any
//! own             Distribution, base.pkg/{Bom,PackageInfo,Scripts}
//! shared          base.pkg/Payload: the agent's files           } one gzip member
//! shared          base.pkg/Payload: further files               } that unpacks to
//! own             base.pkg/Payload: files of this package       } one cpio archive
//! own      trailer           the notarization ticket, if it is stapled
//! ```
//!
//! The table of contents has name, place, length and checksum of each file in the heap ([`Toc`]). Signatures are made over its
//! checksum, and it has the checksums of everything else, so whoever has checked a signature has checked all. It also says
//! where signatures lie, how long they are, and whose certificates they are to be checked with: these must be known when it
//! is written ([`SignatureEntry`]), and a signature is filled into its room afterwards ([`attach_signature`]).
//!
//! Where files lie in the heap is free. The payload is last, so that what packages share lies in one piece and all that is
//! made for one package lies around it. Files are stored as they are (`application/octet-stream`), so a file's checksum as it
//! is stored and as it is extracted are one. The payload's goes on from a remembered state ([`crate::SharedDigests`]).
//!
//! The files' checksums are SHA-256. Clients choose what some files hold (flags, certificates), and whoever chooses can make
//! two contents with one SHA-1: a signature over the one would be good for the other. The table's own checksum is SHA-1, as in
//! the packages that Apple's tools make: libarchive knows no other, and Apple finds tickets by it. Of the table a client chooses
//! nothing: what there is of its files are their lengths and SHA-256 values, at which nobody can aim.
//!
//! # The files
//!
//! **`Distribution`** tells Installer what to show and which component packages to install: here one, `base.pkg`, without a
//! choice (`distribution.rs`). **`PackageInfo`** is the component's: identifier, version, size, scripts (`package_info.rs`).
//! **`Scripts`** is a cpio archive of the scripts, compressed with gzip. **`Payload`** is one of the files, beginning with the
//! root, `.`; owner and group are root and admin (0 and 80), as Apple's directories outside the system's have them (`cpio.rs`).
//! **`Bom`**, the bill of materials, lists the same files with modes, sizes and checksums; Installer keeps it as the receipt
//! (`bom`). It is why files of a package cannot be shared to the last byte: it has a checksum of each, the package's own
//! among them. Receipts are readable by every user of the host; see docs/macos.md for what that means for short secrets.

mod bom;
mod cksum;
mod compose;
mod cpio;
mod distribution;
mod listed;
mod package_info;
mod scripts;
mod shared;
mod signature;
mod ticket;
mod toc;
mod xml;

pub use compose::{MEDIA_TYPE, compose, remember};
pub use shared::{SharedNotes, write_shared};
pub use signature::{attach_signature, signed_ranges, toc_checksum};
pub use ticket::staple;
pub use toc::{Member, MemberData, SignatureEntry, SignatureStyle, Toc};

#[cfg(test)]
mod tests;
