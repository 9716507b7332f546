//! Structured logs.

use std::io::IsTerminal;

use packager_settings::{LogFormat, Logging};
use tracing_subscriber::EnvFilter;
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

/// Sets up logging for the process, to standard error: text on a terminal, JSON elsewhere, unless settings say
/// otherwise.
///
/// # Errors
/// [`LoggingError::Filter`] for a filter that cannot be read; [`LoggingError::Twice`] on a second call.
pub fn init_logging(settings: &Logging) -> Result<(), LoggingError> {
    let json = match settings.log_format {
        LogFormat::Auto => !std::io::stderr().is_terminal(),
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let registry = tracing_subscriber::registry().with(EnvFilter::try_new(settings.log.as_str())?);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    if json {
        registry.with(layer.json().flatten_event(true)).try_init()?;
    } else {
        registry.with(layer.with_target(false)).try_init()?;
    }
    Ok(())
}
