//! Notarization against an emulation of Apple's services that checks what it is sent.
#![expect(clippy::unwrap_used, reason = "tests fail where they stand")]

mod common;
mod faults;
mod keys;
mod limits;
mod resumed;
mod verdicts;
