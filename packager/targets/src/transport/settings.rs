use std::fmt;
use std::time::Duration;

/// How to talk to a repository over HTTP.
///
/// The certificate authorities are the system's, and those in `private_ca_pem` beside them.
/// Proxies are taken from the environment (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`).
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Certificates of private authorities, as PEM.
    pub private_ca_pem: Option<Vec<u8>>,
    /// For servers that ask the client who it is.
    pub client_identity: Option<ClientIdentity>,
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
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            redirects: 5,
            user_agent: concat!("fleet-packager/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
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
