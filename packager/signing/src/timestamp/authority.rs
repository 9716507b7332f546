//! Asks an authority.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::SignedDuration;
use packager_artifact::Sha256Digest;
use packager_clock::Clock;
use packager_http_client::HttpSettings;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Client, StatusCode};
use url::Url;

use super::{TimeStampError, TimeStampRequest, TimeStampToken};

/// How often an authority is asked, and how long is waited in between: a build waits with it.
const WAITS: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];

/// The longest answer. A token has a few KiB.
const MOST_BYTES: usize = 64 << 10;

/// A time-stamping authority at a URL.
#[derive(Debug, Clone)]
pub struct TimeStampAuthority {
    client: Client,
    url: Url,
    clock: Arc<dyn Clock>,
}

impl TimeStampAuthority {
    /// The authority that answers at `url`.
    ///
    /// # Errors
    /// [`packager_http_client::Error`].
    pub fn new(
        url: Url,
        connection: &HttpSettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, packager_http_client::Error> {
        Ok(Self {
            client: packager_http_client::client(connection)?,
            url,
            clock,
        })
    }

    /// A token over a digest. Asks again, twice, where a failure may pass.
    ///
    /// # Errors
    /// [`TimeStampError`].
    pub async fn token(&self, imprint: Sha256Digest) -> Result<TimeStampToken, TimeStampError> {
        for wait in WAITS {
            match self.ask(imprint).await {
                Err(error) if error.may_pass() => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "asked for a time stamp again");
                    let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::ZERO);
                    let until = self.clock.now().saturating_add(wait).unwrap_or(self.clock.now());
                    self.clock.sleep_until(until).await;
                }
                outcome => return outcome,
            }
        }
        self.ask(imprint).await
    }

    async fn ask(&self, imprint: Sha256Digest) -> Result<TimeStampToken, TimeStampError> {
        let request = TimeStampRequest::new(imprint)?;
        let unreachable = |error: reqwest::Error| TimeStampError::Unreachable(Box::new(error.without_url()));
        let answer = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/timestamp-query")
            .header(ACCEPT, "application/timestamp-reply")
            .body(request.to_der()?)
            .send()
            .await
            .map_err(unreachable)?;
        if answer.status() != StatusCode::OK {
            return Err(TimeStampError::Status(answer.status().as_u16()));
        }
        let mut body = answer.bytes_stream();
        let mut response = Vec::new();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(unreachable)?;
            if response.len() + chunk.len() > MOST_BYTES {
                return Err(TimeStampError::Malformed);
            }
            response.extend_from_slice(&chunk);
        }
        TimeStampToken::from_response(&response, &request)
    }
}
