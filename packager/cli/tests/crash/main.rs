//! What becomes of packages when the process is killed, the disk fails or files are torn: the real command with faults
//! compiled in, against a sample update repository, compared with what it had promised. See docs/crash-safety.md.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "helpers of tests fail like tests, and say what they did"
)]

mod disk;
mod faults;
mod http;
mod kills;
mod life;
mod marker;
mod notarizing;
mod promises;
mod repository;
mod stop;
mod torn;
mod world;
