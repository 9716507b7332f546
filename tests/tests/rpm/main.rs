//! The rpm on real systems: the real `rpm`, `dnf`, `rpmlint`, `rpmbuild` and `systemd` judge it.
//!
//! What is expected is *What an installer must contain*, section 3.4, on Linux. Each test has a system of its own, and none
//! needs another. They need root's rights and the base systems that `make chroot` makes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod booted;
mod contents;
mod dnf;
mod erase;
mod install;
mod reader;
mod rpmbuild;
mod rpmlint;
mod scriptlets;
mod signature;
mod upgrade;
