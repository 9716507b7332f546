//! `packager config`: the configuration, without starting anything.

use clap::Subcommand;

use crate::error::Error;
use crate::settings::SettingsFlags;
use crate::terminal;

/// Checks or shows the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Says whether the service could start with this configuration.
    Check(SettingsFlags),
    /// Prints the settings in force and where each comes from. Secrets are left out.
    Print(SettingsFlags),
}

/// Runs one of the two.
pub(crate) fn run(command: &ConfigCommand) -> Result<(), Error> {
    match command {
        ConfigCommand::Check(flags) => {
            let loaded = flags.load_for_service()?;
            warn(&loaded.warnings);
            terminal::result("the configuration is valid")
        }
        ConfigCommand::Print(flags) => {
            let loaded = flags.load()?;
            warn(&loaded.warnings);
            terminal::result(loaded.print().trim_end())
        }
    }
}

fn warn(warnings: &[String]) {
    for warning in warnings {
        terminal::remark(&format!("warning: {warning}"));
    }
}
