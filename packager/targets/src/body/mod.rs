//! Bodies of answers, as streams whose length and slowness are bounded.

mod bounded;
mod paced;

use std::pin::Pin;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, TryStreamExt};
use tokio::time::{Instant, timeout_at};
use tough::{Transport, TransportError, TransportErrorKind};
use url::Url;

pub(crate) use bounded::bounded;
pub(crate) use paced::paced;

use crate::error::{Check, Error, Subject};
use crate::limits::Pace;

/// Pieces of a body as they arrive.
pub(crate) type Body = Pin<Box<dyn Stream<Item = Result<Bytes, BodyError>> + Send>>;

/// Why a body could not be read to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the transport failed")]
    Transport(#[from] TransportError),
    #[error("it is longer than {limit_bytes} bytes")]
    TooLong { limit_bytes: u64 },
    #[error("it comes too slowly")]
    TooSlow,
}

impl BodyError {
    /// The error to report for `subject`: a body that is too long is a forgery ("endless
    /// data attack"), everything else may pass.
    pub(crate) fn into_error(self, subject: Subject) -> Error {
        match self {
            Self::TooLong { .. } => Error::untrusted_because(subject, Check::Length, self),
            Self::Transport(source) => Error::transport(subject, source),
            Self::TooSlow => Error::transport(subject, self),
        }
    }
}

/// Asks for `url`. The body ends in an error once it exceeds `limit_bytes` or falls behind
/// `pace`; the time until the answer's head counts too. `None` if the file is not there.
pub(crate) async fn open(
    transport: &dyn Transport,
    url: Url,
    limit_bytes: u64,
    pace: Pace,
) -> Result<Option<Body>, BodyError> {
    let start = Instant::now();
    let answer = timeout_at(start + pace.allowance(0), transport.fetch(url))
        .await
        .map_err(|_| BodyError::TooSlow)?;
    match answer {
        Ok(stream) => {
            let stream = stream.map_err(BodyError::from).boxed();
            let stream = bounded(stream, limit_bytes).boxed();
            Ok(Some(paced(stream, start, pace).boxed()))
        }
        Err(error) if error.kind() == TransportErrorKind::FileNotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}
