//! What a client may be told.

use std::fmt;
use std::time::Duration;

/// How to talk to a server over HTTP.
///
/// The certificate authorities are the system's, and those in `private_ca_pem` beside them.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Certificates of private authorities, as PEM.
    pub private_ca_pem: Option<Vec<u8>>,
    /// For servers that ask the client who it is.
    pub client_identity: Option<ClientIdentity>,
    /// Whether to go through a proxy.
    pub proxies: Proxies,
    /// Longest time for a connection to stand, TLS included.
    pub connect_timeout: Duration,
    /// Longest silence of a server.
    pub read_timeout: Duration,
    /// Most redirects to follow: a circle of them holds a request for ever.
    pub redirects: usize,
    /// The `User-Agent`.
    pub user_agent: String,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            private_ca_pem: None,
            client_identity: None,
            proxies: Proxies::default(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            redirects: 5,
            user_agent: concat!("fleet-packager/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// Which proxies to go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proxies {
    /// Those of `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, but for hosts in `NO_PROXY`.
    #[default]
    FromEnvironment,
    /// None at all.
    Direct,
}

/// A client certificate with its key (mutual TLS).
#[derive(Clone)]
pub struct ClientIdentity {
    /// The certificate, followed by its chain, as PEM.
    pub certificate_pem: Vec<u8>,
    /// The private key, as PEM.
    pub key_pem: Vec<u8>,
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIdentity(redacted)")
    }
}
