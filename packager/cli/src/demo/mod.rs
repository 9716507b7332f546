//! `packager demo`: the service on top of a sample update repository, everything made on the spot and on this machine.

mod agent;
mod installer;
mod run;
mod sample;
mod table;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

pub(crate) use run::run;

/// Shows the service at work, offline: makes a sample update repository, starts the service on top of it, has it build
/// one installer of each kind, and stays up.
#[derive(Debug, Args)]
pub(crate) struct DemoFlags {
    /// Stop after the installers are built. The exit code is 0 only if every one of them succeeded.
    #[arg(long)]
    once: bool,
    /// Where the installers are put [default: a new temporary folder, which is kept]
    #[arg(long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Where the service listens; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Show the service's log.
    #[arg(long)]
    verbose: bool,
}
