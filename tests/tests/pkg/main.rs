//! The pkg as independent readers see it: libarchive's `bsdtar`, GNU cpio, gzip, 7-Zip, and the readers of apple-xar,
//! apple-flat-package and apple-bom. No Mac is at hand.
//!
//! What is expected is *What an installer must contain*, section 3.5. Unpacking with owners needs root's rights, and the scenario
//! with Installer's script a base system that `make chroot` makes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod bom;
mod contents;
mod hostile;
mod postinstall;
mod profile;
mod readers;
mod secrecy;
mod signature;
