//! `packager package`, the command: what it makes here and through a service, and what its page of docs says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod examples;
mod same;
