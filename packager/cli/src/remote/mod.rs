//! Packages from a service: ask, wait, download.
//!
//! The service is not trusted with more than the request: its answers are bounded, its texts are escaped when they are
//! printed, and a package is used only when its length and its SHA-256 are the ones that were promised, and the release
//! key vouches for it if one was named. The request, which holds the secret, is sent again to no other host than the
//! one that was named.

mod answer;
mod beside;
mod create;
mod download;
mod error;
mod http;
mod pace;
mod patience;
mod retry_after;
mod scrub;
mod sink;
mod status;
#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
mod tests;

pub(crate) use error::Error;
use http::Timeouts;
pub(crate) use http::{Connection, Route, probe_client};
pub(crate) use patience::{Pause, TokioPause};
pub(crate) use sink::digest_of;

use std::sync::Arc;

use packager_api::SecretText;
use packager_signing::ReleasePublicKey;
use reqwest::Client;
use url::Url;

/// A service, and the secret of the request that is made to it.
pub(crate) struct Service {
    /// Ends with a slash.
    base: Url,
    /// Follows redirects on the same host alone: it carries the secret.
    api: Client,
    /// Follows redirects anywhere.
    files: Client,
    timeouts: Timeouts,
    /// Vouches for packages. `None`: whoever TLS vouches for is believed.
    release_key: Option<ReleasePublicKey>,
    pause: Arc<dyn Pause>,
    /// Never printed, whatever the service says.
    secret: Option<SecretText>,
}

impl Service {
    /// The service at `url`, which may have a path.
    ///
    /// # Errors
    /// [`Error::Url`] unless the URL is http or https with a host, and [`Error::Flag`] when the certificates of
    /// private authorities cannot be used.
    pub(crate) fn new(
        url: &Url,
        connection: &Connection,
        pause: Arc<dyn Pause>,
        secret: Option<SecretText>,
    ) -> Result<Self, Error> {
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !url.username().is_empty() {
            return Err(Error::Url);
        }
        let mut base = url.clone();
        base.set_query(None);
        base.set_fragment(None);
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        Ok(Self {
            base,
            api: http::api_client(connection)?,
            files: http::file_client(connection)?,
            timeouts: connection.timeouts,
            release_key: None,
            pause,
            secret,
        })
    }

    /// Takes only packages that this key vouches for.
    pub(crate) fn trusting(self, release_key: Option<ReleasePublicKey>) -> Self {
        Self { release_key, ..self }
    }

    /// Whether what is sent can be read on the way: http to another machine.
    pub(crate) fn is_in_the_clear(&self) -> bool {
        let is_loopback = match self.base.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        self.base.scheme() == "http" && !is_loopback
    }

    fn url(&self, path: &str) -> Result<Url, Error> {
        self.base.join(path).map_err(|_| Error::Url)
    }

    /// A text of the service, without the secret and without ids.
    fn scrub(&self, text: &str) -> String {
        scrub::scrub(text, self.secret.as_ref())
    }
}
