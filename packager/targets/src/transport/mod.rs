//! How files are asked for: `tough`'s `Transport`, over HTTP and for local folders.

mod file;
mod http;

use tough::Transport;
use url::Url;

pub use file::FileTransport;
pub use http::HttpTransport;
#[cfg(test)]
pub(crate) use http::broken_off;
pub(crate) use http::may_pass;
pub use packager_http_client::{ClientIdentity, HttpSettings, Proxies};

use crate::error::Error;

/// The transport for a repository at `url`: `http`, `https` or `file`.
///
/// Fails with [`Error::InvalidSettings`] for another scheme, and for certificates that
/// cannot be used.
pub fn transport(url: &Url, settings: &HttpSettings) -> Result<Box<dyn Transport>, Error> {
    match url.scheme() {
        "file" => Ok(Box::new(FileTransport)),
        "http" | "https" => Ok(Box::new(HttpTransport::new(settings)?)),
        _ => Err(Error::InvalidSettings {
            setting: "the scheme of the repository's URL",
            source: None,
        }),
    }
}
