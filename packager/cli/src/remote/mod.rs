//! Packages from a service: ask, wait, download.
//!
//! The service is not trusted with more than the request: its answers are bounded, its texts are escaped when they are
//! printed, and a package is used only when its length and its SHA-256 are the ones that were promised. The request,
//! which holds the secret, is sent again to no other host than the one that was named.

mod answer;
mod create;
mod download;
mod error;
mod http;
mod patience;
mod sink;
mod status;
#[cfg(test)]
pub(crate) mod test_server;
#[cfg(test)]
mod tests;

pub(crate) use error::Error;
pub(crate) use http::{Connection, Route, probe_client};
pub(crate) use patience::{Pause, TokioPause};
pub(crate) use sink::digest_of;

use std::sync::Arc;

use packager_api::SecretText;
use reqwest::Client;
use url::Url;

/// What is shorter stands in every other word: taking it out of a text would spell it.
const SHORTEST_SCRUBBED_BYTES: usize = 4;

/// A service, and the secret of the request that is made to it.
pub(crate) struct Service {
    /// Ends with a slash.
    base: Url,
    /// Follows redirects on the same host alone: it carries the secret.
    api: Client,
    /// Follows redirects anywhere.
    files: Client,
    pause: Arc<dyn Pause>,
    /// Never printed, whatever the service says.
    secret: Option<SecretText>,
}

impl Service {
    /// The service at `url`, which may have a path.
    ///
    /// # Errors
    /// [`Error::Url`] unless the URL is http or https with a host, and [`Error::Setup`] when the certificates of
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
            pause,
            secret,
        })
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

    /// A text of the service, without the secret.
    fn scrub(&self, text: &str) -> String {
        match self.secret.as_ref().map(SecretText::expose_secret) {
            Some(secret) if secret.len() >= SHORTEST_SCRUBBED_BYTES => text.replace(secret, "[redacted]"),
            _ => text.to_owned(),
        }
    }
}
