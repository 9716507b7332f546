//! A client with a connection pool of its own.

use reqwest::Client;
use reqwest::redirect::{Attempt, Policy};

use crate::{Error, HttpSettings, Proxies, tls};

/// A redirect that is not followed.
#[derive(Debug, thiserror::Error)]
enum RefusedRedirect {
    #[error("too many redirects")]
    TooMany,
    #[error("a redirect from https to {0}")]
    Downgrade(String),
}

/// A client that follows redirects as `settings` say, but not from HTTPS to HTTP.
///
/// # Errors
/// [`Error`] for certificates or keys that cannot be used.
pub fn client(settings: &HttpSettings) -> Result<Client, Error> {
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
    builder.build().map_err(|error| Error::new("the HTTP client", error))
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
