//! Structured logs.

mod json;

use std::io::IsTerminal;

use packager_settings::{LogFormat, Logging};
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The filter cannot be read.
    #[error("the log filter cannot be read")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Logging has been set up before.
    #[error("logging has been set up before")]
    Twice(#[from] TryInitError),
}

/// A library that writes private keys into its log, as it reads them, at the level `debug`: no setting turns it on.
const MUTE: &str = "pgp";

/// Sets up logging for the process, to standard error: text on a terminal, JSON elsewhere, unless settings say
/// otherwise.
///
/// # Errors
/// [`LoggingError::Filter`] for a filter that cannot be read; [`LoggingError::Twice`] on a second call.
pub fn init_logging(settings: &Logging) -> Result<(), LoggingError> {
    let is_json = match settings.log_format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let registry = tracing_subscriber::registry()
        .with(EnvFilter::try_new(settings.log.as_str())?)
        .with(filter_fn(|event| may_be_logged(event.target(), *event.level())));
    if is_json {
        registry.with(json::layer().with_writer(std::io::stderr)).try_init()?;
    } else {
        let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
        registry.with(layer.with_target(false)).try_init()?;
    }
    Ok(())
}

/// Whatever the operator asks for, libraries do not trace: they may log what they carry, and know nothing of secrets.
fn may_be_logged(target: &str, level: Level) -> bool {
    if target == MUTE || target.starts_with("pgp::") {
        return false;
    }
    level <= Level::DEBUG || target == "packager" || target.starts_with("packager_") || target.starts_with("packager::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_do_not_trace() {
        for own in ["packager", "packager::serve", "packager_service::http"] {
            assert!(may_be_logged(own, Level::TRACE), "{own}");
        }
        for other in ["actix_http::h1", "hyper", "sled::pagecache", "packagers", "log"] {
            assert!(!may_be_logged(other, Level::TRACE), "{other}");
            assert!(may_be_logged(other, Level::DEBUG), "{other}");
        }
        for muted in ["pgp", "pgp::packet"] {
            assert!(!may_be_logged(muted, Level::ERROR), "{muted}");
        }
    }
}
