//! The image, built without a registry around the program under test, and run by a real engine.
//!
//! They need root's rights and the images that `make image-system` makes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod compose;
mod contents;
mod proxy;
mod run;
