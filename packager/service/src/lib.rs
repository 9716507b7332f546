//! The service: HTTP on top of the pipeline that builds packages.

mod app;
mod build;
mod connection;
mod http;
mod logging;
mod metrics;
mod notarization;
mod pipeline;
mod start;
mod tls;

pub use build::{BuildError, Builder, BuilderSettings, Built, PkgSigner, Signers, format_of};
pub use logging::{LoggingError, init_logging};
pub use packager_clock::{Clock, ManualClock, SystemClock};
pub use start::{Environment, Running, StartError, check_certificate, rotate_key, start, update_limits};
pub use tls::{CertificateError, Renewal};
