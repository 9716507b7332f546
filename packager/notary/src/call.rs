//! One call of a server, and what its failure means.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};

use crate::Error;
use crate::error::Detail;
use crate::patience::Waiting;

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It may be another time.
    ForNow {
        /// What the server asked for.
        retry_after: Option<Duration>,
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It will not.
    For(Error),
}

/// An answer that says "not now".
#[derive(Debug, thiserror::Error)]
#[error("the server answered {status}: {detail}")]
pub(crate) struct NotNow {
    pub(crate) status: StatusCode,
    pub(crate) detail: Detail,
}

impl Failure {
    /// A connection that did not stand or broke.
    pub(crate) fn broken(error: reqwest::Error) -> Self {
        Self::ForNow {
            retry_after: None,
            source: Box::new(error.without_url()),
        }
    }

    /// The same, where asking again does nothing: what was not understood may have come from somebody in between, and
    /// what was not there may come.
    pub(crate) fn or_later(self) -> Self {
        match self {
            Self::For(error @ (Error::Malformed { .. } | Error::Lost)) => Self::ForNow {
                retry_after: None,
                source: Box::new(error),
            },
            other => other,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::For(error)
    }
}

/// Whether a status says that it may be another time.
pub(crate) fn may_pass(status: StatusCode) -> bool {
    matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS) || status.is_server_error()
}

/// The failure that an answer with such a status is.
pub(crate) async fn not_now(answer: Response, now: Timestamp) -> Failure {
    Failure::ForNow {
        retry_after: retry_after(&answer, now),
        source: Box::new(NotNow {
            status: answer.status(),
            detail: crate::json::detail(answer).await,
        }),
    }
}

/// How long the server wants to be left alone (RFC 9110, section 10.2.3): seconds, or a date.
fn retry_after(answer: &Response, now: Timestamp) -> Option<Duration> {
    let text = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Duration::try_from(date.duration_since(now)).ok()
}

/// Calls until it succeeds, fails for good, or the time is over.
pub(crate) async fn persist<T, F>(
    what: &'static str,
    waiting: &mut Waiting<'_>,
    mut call: impl FnMut() -> F,
) -> Result<T, Error>
where
    F: Future<Output = Result<T, Failure>>,
{
    loop {
        let (retry_after, source) = match call().await {
            Ok(done) => return Ok(done),
            Err(Failure::For(error)) => return Err(error),
            Err(Failure::ForNow { retry_after, source }) => (retry_after, source),
        };
        tracing::debug!(error = &*source as &dyn std::error::Error, "{what}: to be asked again");
        if waiting.wait(retry_after).await.is_err() {
            return Err(Error::Unreachable { what, source });
        }
    }
}
