//! Why there is no time stamp.

use std::error::Error as StdError;

/// Why there is no time stamp. The source is for the log.
#[derive(Debug, thiserror::Error)]
pub enum TimeStampError {
    /// The request could not be made.
    #[error("the request for a time stamp could not be made")]
    Request,
    /// Nobody answered, or what came broke off.
    #[error("the time-stamp server did not answer")]
    Unreachable(#[source] Box<dyn StdError + Send + Sync>),
    /// It answered with another status.
    #[error("the time-stamp server answered with the status {0}")]
    Status(u16),
    /// It refused.
    #[error("the time-stamp server refused: PKIStatus {0}")]
    Refused(u8),
    /// What it answered is no time stamp.
    #[error("the time-stamp server's answer is not a time stamp")]
    Malformed,
    /// It is a time stamp of something else, or its signature is not good.
    #[error("the time-stamp server's time stamp is not over this signature, or not signed")]
    Mismatch,
}

impl TimeStampError {
    /// Whether it may be another time.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) => true,
            Self::Status(status) => *status == 429 || *status >= 500,
            Self::Request | Self::Refused(_) | Self::Malformed | Self::Mismatch => false,
        }
    }
}
