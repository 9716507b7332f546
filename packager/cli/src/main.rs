//! The `packager` command: serves Fleet Packager's HTTP API, builds packages here or through a service, shows what it
//! does, checks a running service, and checks a configuration.
//!
//! Standard output is for results alone: the path of a package, a table, a configuration. Everything else goes to
//! standard error. The exit code is 0 for success, or one of [`exit_status::ExitStatus`].

mod command;
mod completions;
mod config;
mod demo;
mod error;
mod exit_status;
mod hardening;
mod healthcheck;
mod interrupt;
mod local;
mod logging;
mod man;
mod own_listener;
mod package;
mod progress;
mod remote;
mod rotate_key;
mod serve;
mod settings;
mod terminal;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use command::{Cli, Telling};
use tikv_jemallocator::Jemalloc;
use zeroizing_alloc::ZeroAlloc;

/// Memory is zeroed when it is freed, whoever used it: buffers of the HTTP server, the JSON reader and the TLS client
/// hold secrets too, and know nothing of it.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<Jemalloc> = ZeroAlloc(Jemalloc);

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    let telling = cli.telling();
    match command::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if telling == Telling::Json {
                package::report_failure(&error);
            }
            terminal::report(&error);
            ExitCode::from(telling.exit_code(error.exit_status()))
        }
    }
}

/// What is said of a command line that is a question for help, or cannot be read.
fn misread(error: &clap::Error) -> ExitCode {
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    if code != 0 && asks_for_json(std::env::args_os().skip(1)) {
        let text = error.render().to_string();
        package::report_usage_failure(text.trim().trim_start_matches("error: "));
    }
    // Help and version are results; clap knows which stream is theirs. A closed stream leaves nothing to do.
    let _ = error.print();
    ExitCode::from(code)
}

/// Whether a command line that could not be read asks for JSON, as far as can be told.
fn asks_for_json(mut arguments: impl Iterator<Item = OsString>) -> bool {
    arguments.next().is_some_and(|command| command == "package") && arguments.any(|argument| argument == "--json")
}
