//! The commands.

use clap::{Parser, Subcommand};
use packager_settings::LockMemory;

use crate::config::ConfigCommand;
use crate::demo::DemoFlags;
use crate::error::Error;
use crate::healthcheck::HealthcheckFlags;
use crate::package::PackageFlags;
use crate::rotate_key::RotateKeyFlags;
use crate::settings::SettingsFlags;
use crate::{config, demo, hardening, healthcheck, package, rotate_key, serve};

/// `fleetctl package` as a service: installers of Fleet's agent, built in seconds.
#[derive(Debug, Parser)]
#[command(name = "packager", version, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the service until SIGTERM or SIGINT. Flags go over `PACKAGER_*` variables, and those over the file.
    Serve(SettingsFlags),
    Package(Box<PackageFlags>),
    Demo(DemoFlags),
    Healthcheck(HealthcheckFlags),
    RotateKey(RotateKeyFlags),
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Runs the command.
pub(crate) fn run(cli: Cli) -> Result<(), Error> {
    hardening::prevent_dumps()?;
    match cli.command {
        Command::Config(command) => config::run(&command),
        Command::Serve(flags) => wait_for(serve::run(flags)),
        Command::Package(flags) => {
            hardening::lock_memory(LockMemory::Auto)?;
            wait_for(package::run(*flags))
        }
        Command::Demo(flags) => {
            hardening::lock_memory(LockMemory::Auto)?;
            wait_for(demo::run(flags))
        }
        Command::RotateKey(flags) => rotate_key::run(&flags),
        Command::Healthcheck(flags) => wait_for(healthcheck::run(flags)),
    }
}

fn wait_for(work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(Error::io("start the runtime"))?;
    let result = runtime.block_on(work);
    // Compression that was interrupted is not waited for.
    runtime.shutdown_background();
    result
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_of_secrets_shows_no_value() {
        let help = Cli::command()
            .find_subcommand_mut("package")
            .unwrap()
            .render_long_help()
            .to_string();
        assert!(help.contains("list of processes"), "{help}");
        assert!(help.contains("FLEET_ENROLL_SECRET"), "{help}");
    }
}
