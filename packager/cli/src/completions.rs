//! `packager completions`: what shells complete the command with.

use clap::{Args, Command};
use clap_complete::Shell;

use crate::error::Error;
use crate::terminal;

/// Prints a script with which a shell completes this command.
#[derive(Debug, Args)]
pub(crate) struct CompletionsFlags {
    /// The shell.
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Prints the script for `command`.
pub(crate) fn run(flags: &CompletionsFlags, mut command: Command) -> Result<(), Error> {
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(flags.shell, &mut command, name, &mut script);
    terminal::document(&script)
}
