//! The Arch package on real systems: the real `pacman`, `repo-add`, `gpg`, `bsdtar` and `zstd` judge it.
//!
//! What is expected is *What an installer must contain*, section 3.4, on Linux. Each test has a system of its own, and none
//! needs another. They need root's rights and the base systems that `make chroot` makes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod contents;
mod install;
mod remove;
mod repository;
mod scripts;
mod secrecy;
mod signature;
mod upgrade;
