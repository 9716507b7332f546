//! `packager config`: the configuration, without starting anything.

use clap::Subcommand;
use jiff::Timestamp;
use packager_service::check_certificate;

use crate::error::Error;
use crate::settings::SettingsFlags;
use crate::terminal;

/// Checks or shows the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Says whether the service could start with this configuration. Reads the TLS certificate and its key, and no other
    /// secret.
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
            let environment = |name: &str| std::env::var_os(name);
            let certificate = check_certificate(&loaded.settings, &environment, Timestamp::now())
                .map_err(Error::failed("the configuration cannot be used"))?;
            warn(&certificate);
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
