//! Logs of the commands that are not the service: to standard error, warnings alone unless asked for more.

use std::io::{self, Write};

use tracing_subscriber::EnvFilter;

use crate::progress;

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verbosity {
    /// Warnings and errors.
    Quiet,
    /// What this program does, step by step. Libraries stay quiet: they might log what they carry.
    Verbose,
}

impl Verbosity {
    const fn directives(self) -> &'static str {
        match self {
            Self::Quiet => "warn",
            Self::Verbose => {
                "warn,packager=debug,packager_service=debug,packager_targets=debug,packager_store=debug,\
                 packager_fleetd=debug,packager_formats=debug"
            }
        }
    }
}

/// Sends logs to standard error. A second call changes nothing.
pub(crate) fn init(verbosity: Verbosity) {
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(verbosity.directives()))
        .with_writer(|| Aside)
        .with_ansi(crate::terminal::is_watched())
        .with_target(false)
        .without_time()
        .try_init();
}

/// Standard error, beside a progress line.
struct Aside;

impl Write for Aside {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        progress::aside(|| io::stderr().write(event))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_well_formed() {
        for verbosity in [Verbosity::Quiet, Verbosity::Verbose] {
            let filter = EnvFilter::builder().parse(verbosity.directives()).unwrap();
            assert!(filter.to_string().contains("warn"), "{filter}");
        }
    }
}
