use std::error::Error as _;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use packager_http_client::HttpSettings;
use reqwest::{Client, StatusCode};
use tough::{Transport, TransportError, TransportErrorKind, TransportStream};
use url::Url;

use crate::error::Error;

/// Fetches files over HTTP and HTTPS.
///
/// 403, 404 and 410 mean that a file is not there: object stores answer 403 for what does
/// not exist. Redirects are followed, but not from HTTPS to HTTP.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: Client,
}

/// An answer that is not the file.
#[derive(Debug, thiserror::Error)]
#[error("the server answered {0}")]
struct UnexpectedStatus(StatusCode);

impl HttpTransport {
    /// A transport with a connection pool of its own.
    ///
    /// Fails with [`Error::InvalidSettings`] for certificates or keys that cannot be used.
    pub fn new(settings: &HttpSettings) -> Result<Self, Error> {
        let client = packager_http_client::client(settings)?;
        Ok(Self { client })
    }
}

/// Whether what failed may succeed the next time: the server was away, failed, was too busy, or broke off.
pub(crate) fn may_pass(error: &TransportError) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(UnexpectedStatus(status)) = error.downcast_ref() {
            let is_busy = matches!(*status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
            return is_busy || status.is_server_error();
        }
        if let Some(error) = error.downcast_ref::<reqwest::Error>() {
            // Who was too slow once has had the time that there is.
            let was_slow = error.is_timeout() && !error.is_connect();
            return !was_slow && !error.is_builder() && !error.is_redirect();
        }
        cause = error.source();
    }
    false
}

/// What a server that fails leads to.
#[cfg(test)]
pub(crate) fn broken_off() -> TransportError {
    let failed = UnexpectedStatus(StatusCode::BAD_GATEWAY);
    TransportError::new_with_cause(TransportErrorKind::Other, "http://a/", failed)
}

#[async_trait]
impl Transport for HttpTransport {
    async fn fetch(&self, url: Url) -> Result<TransportStream, TransportError> {
        let failed = {
            let url = url.clone();
            move |kind, error: reqwest::Error| TransportError::new_with_cause(kind, &url, error.without_url())
        };
        if !matches!(url.scheme(), "http" | "https") {
            return Err(TransportError::new(TransportErrorKind::UnsupportedUrlScheme, url));
        }
        let answer = self
            .client
            .get(url)
            .send()
            .await
            .map_err(|error| failed(TransportErrorKind::Other, error))?;
        let kind = match answer.status() {
            StatusCode::OK => None,
            StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => Some(TransportErrorKind::FileNotFound),
            _ => Some(TransportErrorKind::Other),
        };
        if let Some(kind) = kind {
            let status = UnexpectedStatus(answer.status());
            return Err(TransportError::new_with_cause(kind, answer.url(), status));
        }
        let body = answer
            .bytes_stream()
            .map_err(move |error| failed(TransportErrorKind::Other, error));
        Ok(Box::pin(body))
    }
}
