//! HTTP clients: how this program talks to the servers that it asks for something.
//!
//! One TLS configuration for all of them, with cryptography of its own: a process-wide default is not a library's to
//! choose, and more than one library of this program could claim it.

mod client;
mod error;
mod settings;
mod tls;

pub use client::client;
pub use error::Error;
pub use settings::{ClientIdentity, HttpSettings, Proxies};
