//! What the end-to-end tests share: installers made of a sample agent, and the real systems that they are tried on.
//!
//! | module | is |
//! |---|---|
//! | [`request`] | what is asked for |
//! | [`agent`] | a sample release of the agent, made on the spot |
//! | [`deb`] | the producer of the packages under test |
//! | [`foreign`] | packages that are not ours |
//! | [`host`] | what can be done on a system |
//! | [`chroot`] | a Debian system of its own for each test |
//! | [`booted`] | the same, with systemd running |
//! | [`listing`] | what lies on a system |
//!
//! Helpers fail like tests: they panic, and say what the tool said.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

pub mod agent;
pub mod booted;
pub mod chroot;
pub mod deb;
pub mod foreign;
pub mod host;
pub mod listing;
pub mod ran;
pub mod request;
pub mod system;
