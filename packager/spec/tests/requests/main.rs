//! Requests that are accepted and refused, field by field.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod certificates;
mod common;
mod everybody;
mod rules;
mod secret;
mod texts;
mod urls;
mod words;
