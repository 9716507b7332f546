//! Why a service did not deliver.

use std::io;

/// Why there is no package. No text of it holds the secret or the package's id, which is as good as the package.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The service's URL cannot be one.
    #[error("--remote must be an http or https URL with a host and without user info")]
    Url,
    /// The connection's settings cannot be used.
    #[error("{0} cannot be used")]
    Setup(&'static str, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// The service could not be reached, or broke off, again and again.
    #[error("the service does not answer")]
    Unreachable(#[source] reqwest::Error),
    /// The service is too busy, again and again.
    #[error("the service is busy: {0}; try again later")]
    Busy(String),
    /// The service refused, and said why.
    #[error("the service refused: {0}")]
    Refused(String),
    /// The build failed there.
    #[error("the build failed: {0}")]
    BuildFailed(String),
    /// The package was destroyed before it was downloaded.
    #[error("the package has expired")]
    Expired,
    /// The build does not end.
    #[error("the build is still in progress after {0} minutes")]
    TooLong(u64),
    /// The service does not keep to the contract.
    #[error("the service's answer cannot be used: {0}")]
    Answer(&'static str),
    /// What arrived is not what was promised. It must not be used.
    #[error("the download is not the package that was promised: {0}")]
    Corrupt(&'static str),
    /// The package cannot be written here.
    #[error("cannot write the package")]
    Write(#[from] io::Error),
}

impl Error {
    /// The package's id is part of the URL.
    pub(super) fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }
}
