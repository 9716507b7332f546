//! The deb of the service itself and its systemd unit, on a Debian 12 that systemd runs.
//!
//! They need root's rights and the base systems that `make chroot` makes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod installed;
mod life;
mod lintian;
mod unit;
