//! Why a service did not deliver.

use std::io;
use std::time::Duration;

use packager_api::FieldProblem;

use crate::exit_status::ExitStatus;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no package. No text of it holds the secret or the package's id, which is as good as the package.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The service's URL cannot be one.
    #[error("--remote must be an http or https URL with a host and without user info")]
    Url,
    /// What a flag names cannot be used.
    #[error("{0} cannot be used")]
    Flag(&'static str, #[source] Source),
    /// This program cannot make connections.
    #[error("{0} cannot be used")]
    Setup(&'static str, #[source] Source),
    /// The service could not be reached, or broke off, again and again.
    #[error("the service does not answer")]
    Unreachable(#[source] reqwest::Error),
    /// The service sends less than anybody waits for, again and again.
    #[error("the service sends too slowly")]
    Slow,
    /// The service, or what is before it, is not in order, again and again.
    #[error("the service failed: {0}")]
    Failing(String),
    /// The service is too busy, again and again, or for longer than is waited.
    #[error("the service is busy: {reason}; try again {}", when(*.retry_after))]
    Busy {
        /// What it said.
        reason: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The service refused, and said why.
    #[error("the service refused: {reason}")]
    Refused {
        /// All that it said, with the fields.
        reason: String,
        /// What is wrong with each field.
        fields: Vec<FieldProblem>,
    },
    /// The build failed there.
    #[error("the build failed: {0}")]
    BuildFailed(String),
    /// The package was destroyed before it was downloaded.
    #[error("the package has expired: the same command builds it anew")]
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
    /// Nobody vouches for what arrived. It must not be used.
    #[error("the download cannot be trusted: {0}")]
    Untrusted(&'static str),
    /// The package cannot be written here.
    #[error("cannot write the package")]
    Write(#[from] io::Error),
}

impl Error {
    /// The package's id is part of the URL.
    pub(super) fn unreachable(error: reqwest::Error) -> Self {
        Self::Unreachable(error.without_url())
    }

    /// What the process ends with.
    pub(crate) const fn exit_status(&self) -> ExitStatus {
        match self {
            Self::Url | Self::Flag(..) => ExitStatus::Usage,
            Self::Setup(..) => ExitStatus::Failed,
            Self::Unreachable(_) | Self::Slow | Self::Failing(_) => ExitStatus::Unreachable,
            Self::Busy { .. } | Self::TooLong(_) => ExitStatus::Busy,
            Self::Refused { .. } => ExitStatus::Refused,
            Self::BuildFailed(_) => ExitStatus::BuildFailed,
            Self::Expired => ExitStatus::Expired,
            Self::Answer(_) => ExitStatus::Protocol,
            Self::Corrupt(_) | Self::Untrusted(_) => ExitStatus::Corrupt,
            Self::Write(_) => ExitStatus::Io,
        }
    }

    /// What the service says is wrong with each field of the request.
    pub(crate) fn fields(&self) -> &[FieldProblem] {
        match self {
            Self::Refused { fields, .. } => fields,
            _ => &[],
        }
    }

    /// When the service wants to be asked again, if it said so.
    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn when(retry_after: Option<Duration>) -> String {
    match retry_after {
        // Beyond a year it is no promise.
        Some(wish) if wish.as_secs() <= 366 * 24 * 60 * 60 => format!("in {} s", wish.as_secs()),
        _ => "later".to_owned(),
    }
}
