use async_trait::async_trait;
use futures_util::TryStreamExt;
use reqwest::redirect::{Attempt, Policy};
use reqwest::{Client, StatusCode};
use tough::{Transport, TransportError, TransportErrorKind, TransportStream};
use url::Url;

use super::settings::{HttpSettings, Proxies};
use super::tls;
use crate::error::Error;

/// Fetches files over HTTP and HTTPS.
///
/// 403, 404 and 410 mean that a file is not there: object stores answer 403 for what does
/// not exist. Redirects are followed, but not from HTTPS to HTTP.
#[derive(Debug, Clone)]
pub struct HttpTransport {
    client: Client,
}

/// A redirect that is not followed.
#[derive(Debug, thiserror::Error)]
enum RefusedRedirect {
    #[error("too many redirects")]
    TooMany,
    #[error("a redirect from https to {0}")]
    Downgrade(String),
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
        let redirects = settings.redirects;
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls::client_config(settings)?)
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.read_timeout)
            .redirect(Policy::custom(move |attempt| follow(attempt, redirects)))
            .referer(false)
            .user_agent(&settings.user_agent);
        if settings.proxies == Proxies::Direct {
            builder = builder.no_proxy();
        }
        let client = builder
            .build()
            .map_err(|error| Error::settings("the HTTP client", error))?;
        Ok(Self { client })
    }
}

fn follow(attempt: Attempt<'_>, redirects: usize) -> reqwest::redirect::Action {
    let was_https = attempt.previous().last().is_some_and(|url| url.scheme() == "https");
    let scheme = attempt.url().scheme().to_owned();
    // `previous` starts with the URL that was asked for.
    if attempt.previous().len() > redirects {
        attempt.error(RefusedRedirect::TooMany)
    } else if was_https && scheme != "https" {
        attempt.error(RefusedRedirect::Downgrade(scheme))
    } else {
        attempt.follow()
    }
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
