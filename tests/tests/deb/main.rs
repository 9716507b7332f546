//! The deb on real systems: the real `dpkg`, `apt`, `systemd` and `lintian` judge it.
//!
//! What is expected is *What an installer must contain*, section 3.4, on Linux. Each test has a Debian system of its
//! own, and none needs another. They need root's rights and the base systems that `make chroot` makes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod abort;
mod apt;
mod booted;
mod contents;
mod environment;
mod in_band;
mod install;
mod lintian;
mod purge;
mod remove;
mod secrecy;
mod service;
mod signature;
mod unlisted;
mod upgrade;
