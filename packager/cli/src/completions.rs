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
pub(crate) fn run(flags: &CompletionsFlags, command: &Command) -> Result<(), Error> {
    let mut command = without_hidden_flags(command);
    let mut script = Vec::new();
    let name = command.get_name().to_owned();
    clap_complete::generate(flags.shell, &mut command, name, &mut script);
    terminal::document(&script)
}

/// The same command without flags that help does not show: those that are known only to be refused. The library would offer
/// them.
fn without_hidden_flags(command: &Command) -> Command {
    let shown = command.get_arguments().filter(|argument| !argument.is_hide_set());
    let below = command.get_subcommands().map(without_hidden_flags);
    let mut same = Command::new(command.get_name().to_owned())
        .args(shown.cloned())
        .subcommands(below);
    if let Some(about) = command.get_about() {
        same = same.about(about.clone());
    }
    if let Some(version) = command.get_version() {
        same = same.version(version.to_owned()).propagate_version(true);
    }
    same
}
