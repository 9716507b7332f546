//! Apple's side of signing and notarization, for tests: certificates as Apple issues them, a time-stamping authority, and the
//! Notary API with its upload target and its ticket service, on the loopback interface.
//!
//! [`Apple`] checks what it is sent as Apple and S3 do, and refuses what is wrong: the token's signature and claims, the
//! signature of the upload, the digest of what was uploaded. It shares no code with the client that it checks. What it
//! found wrong is kept ([`Apple::complaints`]), so that a test can demand that nothing was. It can be told to fail
//! ([`Fault`]), and be stopped and started again in the middle of a conversation.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "tests fail where they stand"
)]

mod answers;
mod fault;
mod identity;
mod notary;
mod server;
mod state;
mod ticket;
mod time_stamp_server;
mod token;
mod upload;

pub use fault::{Endpoint, Fault};
pub use identity::{Identity, Kind};
pub use server::Apple;
pub use state::Verdict;
pub use time_stamp_server::TimeStampServer;
