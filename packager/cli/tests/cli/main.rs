//! The real command, against a sample update repository, a real service and loopback servers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod config;
mod demo;
mod hardening;
mod interrupt;
mod log;
mod memory;
mod package;
mod remote;
mod rotate_key;
mod serve;
mod support;
mod tls;
mod tls_docs;
mod trace;
mod update_servers;
mod updates;
