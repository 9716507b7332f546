//! The commands.

use clap::{CommandFactory, Parser, Subcommand};
use packager_settings::LockMemory;

use crate::completions::CompletionsFlags;
use crate::config::ConfigCommand;
use crate::demo::DemoFlags;
use crate::error::Error;
use crate::exit_status::ExitStatus;
use crate::healthcheck::HealthcheckFlags;
use crate::man::ManFlags;
use crate::package::PackageFlags;
use crate::rotate_key::RotateKeyFlags;
use crate::settings::SettingsFlags;
use crate::{completions, config, demo, hardening, healthcheck, man, package, rotate_key, serve};

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
    Completions(CompletionsFlags),
    Man(ManFlags),
}

/// How a command tells of its failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Telling {
    /// A failure, a command line that cannot be run, an interruption: more is nobody's business.
    Coarse,
    /// With an exit code for each thing that a script can do about it.
    Fine,
    /// The same, and in JSON.
    Json,
}

impl Cli {
    /// How this command does.
    pub(crate) fn telling(&self) -> Telling {
        match &self.command {
            Command::Package(flags) if flags.output.json => Telling::Json,
            Command::Package(_) => Telling::Fine,
            _ => Telling::Coarse,
        }
    }
}

impl Telling {
    /// The exit code for a failure.
    pub(crate) const fn exit_code(self, status: ExitStatus) -> u8 {
        match (self, status) {
            (Self::Fine | Self::Json, _) | (_, ExitStatus::Usage | ExitStatus::Interrupted) => status.code(),
            (Self::Coarse, _) => ExitStatus::Failed.code(),
        }
    }
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
        Command::Completions(flags) => completions::run(&flags, &Cli::command()),
        Command::Man(flags) => man::run(&flags, Cli::command()),
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
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn only_packages_have_fine_exit_codes() {
        let telling = |arguments: &[&str]| Cli::try_parse_from(arguments).unwrap().telling();
        assert_eq!(telling(&["packager", "package", "--type", "deb"]), Telling::Fine);
        assert_eq!(
            telling(&["packager", "package", "--type", "deb", "--json"]),
            Telling::Json
        );
        assert_eq!(telling(&["packager", "healthcheck"]), Telling::Coarse);
        for status in ExitStatus::ALL {
            assert_eq!(Telling::Json.exit_code(status), status.code());
            assert!([1, 2, 130].contains(&Telling::Coarse.exit_code(status)));
        }
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
