//! The real command, against a sample update repository, a real service and loopback servers.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod beside;
mod config;
mod demo;
mod failures;
mod hardening;
mod interrupt;
mod log;
mod memory;
mod package;
mod remote;
mod rotate_key;
mod scripted;
mod serve;
mod shells;
mod support;
#[path = "../../src/remote/test_server.rs"]
mod test_server;
mod tls;
mod tls_docs;
mod trace;
mod update_servers;
mod updates;
