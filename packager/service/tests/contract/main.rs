//! The HTTP contract, sentence by sentence, against a running service on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs
)]

mod abuse;
mod bounds;
mod create;
mod detached_signature;
mod download;
mod expiry;
mod harness;
mod health;
mod input;
mod macos;
mod msi;
mod notarization;
mod page;
mod pkg_signing;
mod prepare;
mod queue;
mod rates;
mod restart;
mod rpm;
mod secrecy;
mod signing;
mod tls;
mod update_server;
mod updates;
