//! The `packager` command: serves Fleet Packager's HTTP API, builds packages here or through a service, shows what it
//! does, checks a running service, and checks a configuration.
//!
//! Standard output is for results alone: the path of a package, a table, a configuration. Everything else goes to
//! standard error. The exit code is 0 for success, 1 for a failure, 2 for a command line that cannot be run.

mod command;
mod config;
mod demo;
mod error;
mod hardening;
mod healthcheck;
mod interrupt;
mod local;
mod logging;
mod own_listener;
mod package;
mod progress;
mod remote;
mod rotate_key;
mod serve;
mod settings;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use command::Cli;
use tikv_jemallocator::Jemalloc;
use zeroizing_alloc::ZeroAlloc;

/// Memory is zeroed when it is freed, whoever used it: buffers of the HTTP server, the JSON reader and the TLS client
/// hold secrets too, and know nothing of it.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<Jemalloc> = ZeroAlloc(Jemalloc);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            // Help and version are results; clap knows which stream is theirs. A closed stream leaves nothing to do.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    match command::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::report(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
