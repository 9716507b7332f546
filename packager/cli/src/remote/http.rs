//! Connections: TLS, redirects, timeouts.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::{Action, Attempt, Policy};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use url::Url;

use super::Error;

/// Most redirects to follow: a circle of them holds a command for ever.
const REDIRECTS: usize = 5;

const USER_AGENT: &str = concat!("fleet-packager/", env!("CARGO_PKG_VERSION"));

/// Which way connections go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Through the proxies of `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, but for hosts in `NO_PROXY`.
    Proxies,
    /// Straight: to this machine.
    Direct,
}

/// How to connect to a service.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// Certificates of private authorities as PEM, beside the system's.
    pub(crate) private_ca_pem: Option<Vec<u8>>,
    /// Which way.
    pub(crate) route: Route,
    /// For how long a service is waited for.
    pub(crate) timeouts: Timeouts,
}

impl Connection {
    /// To a service that an authority of the system vouches for.
    pub(crate) fn by(route: Route) -> Self {
        Self {
            private_ca_pem: None,
            route,
            timeouts: Timeouts::default(),
        }
    }
}

/// What ends an attempt.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timeouts {
    /// The longest that a connection may take to stand.
    pub(crate) connect: Duration,
    /// The longest silence of a service.
    pub(crate) silence: Duration,
    /// The longest that one small exchange may take.
    pub(crate) exchange: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            silence: Duration::from_secs(60),
            exchange: Duration::from_secs(60),
        }
    }
}

/// A client for a small question to this machine, whose answer may take `timeout` and no longer.
pub(crate) fn probe_client(timeout: Duration) -> Result<Client, Error> {
    Client::builder()
        .tls_backend_preconfigured(tls_config(None)?)
        .timeout(timeout)
        .redirect(Policy::none())
        .no_proxy()
        .user_agent(USER_AGENT)
        .build()
        .map_err(|error| Error::Setup("the HTTP client", Box::new(error)))
}

/// A client that carries the request: it does not leave the host that was named.
pub(super) fn api_client(connection: &Connection) -> Result<Client, Error> {
    client(connection, |from, to| {
        let is_upgrade = from.scheme() == "http" && to.scheme() == "https";
        from.host() == to.host() && (is_upgrade || from.port_or_known_default() == to.port_or_known_default())
    })
}

/// A client that fetches a package, which may lie elsewhere.
pub(super) fn file_client(connection: &Connection) -> Result<Client, Error> {
    client(connection, |_, _| true)
}

/// The TLS configuration, with the system's authorities and those of `private_ca_pem`.
fn tls_config(private_ca_pem: Option<&[u8]>) -> Result<ClientConfig, Error> {
    let setup = |what: &'static str, error: rustls::Error| Error::Setup(what, Box::new(error));
    let mut authorities = RootCertStore::empty();
    authorities.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(pem) = private_ca_pem {
        let mut count = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| Error::Flag("--remote-ca", Box::new(error)))?;
            authorities
                .add(certificate)
                .map_err(|error| Error::Flag("--remote-ca", Box::new(error)))?;
            count += 1;
        }
        if count == 0 {
            return Err(Error::Flag("--remote-ca", "it holds no certificate".into()));
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| setup("TLS", error))?;
    Ok(builder.with_root_certificates(authorities).with_no_client_auth())
}

/// A redirect that is not followed. It names no URL: a package's is as good as the package.
#[derive(Debug, thiserror::Error)]
enum RefusedRedirect {
    #[error("too many redirects")]
    TooMany,
    #[error("a redirect from https to http")]
    Downgrade,
    #[error("a redirect to another scheme than http and https")]
    Scheme,
    #[error("a redirect to another host")]
    Elsewhere,
}

fn client(connection: &Connection, may_follow: fn(&Url, &Url) -> bool) -> Result<Client, Error> {
    let mut builder = Client::builder()
        .tls_backend_preconfigured(tls_config(connection.private_ca_pem.as_deref())?)
        .connect_timeout(connection.timeouts.connect)
        .read_timeout(connection.timeouts.silence)
        .redirect(Policy::custom(move |attempt| follow(attempt, may_follow)))
        .referer(false)
        .user_agent(USER_AGENT);
    if connection.route == Route::Direct {
        builder = builder.no_proxy();
    }
    builder
        .build()
        .map_err(|error| Error::Setup("the HTTP client", Box::new(error)))
}

fn follow(attempt: Attempt<'_>, may_follow: fn(&Url, &Url) -> bool) -> Action {
    let refusal = match attempt.previous().last() {
        _ if attempt.previous().len() > REDIRECTS => Some(RefusedRedirect::TooMany),
        Some(from) => refusal(from, attempt.url(), may_follow),
        None => None,
    };
    match refusal {
        Some(refusal) => attempt.error(refusal),
        None => attempt.follow(),
    }
}

fn refusal(from: &Url, to: &Url, may_follow: fn(&Url, &Url) -> bool) -> Option<RefusedRedirect> {
    match (from.scheme(), to.scheme()) {
        ("https", "http") => Some(RefusedRedirect::Downgrade),
        (_, "http" | "https") if may_follow(from, to) => None,
        (_, "http" | "https") => Some(RefusedRedirect::Elsewhere),
        _ => Some(RefusedRedirect::Scheme),
    }
}
