//! What is asked for.

use rcgen::{CertificateParams, KeyPair};
use serde_json::{Map, Value};

/// The Fleet URL of every request that names no other.
pub const FLEET_URL: &str = "https://fleet.example.com";
/// The secret of every request that names no other.
pub const ENROLL_SECRET: &str = "sample-enroll-secret-7Yq2";

/// The body of `POST /create`.
#[derive(Clone, Debug)]
pub struct Request(Map<String, Value>);

impl Request {
    /// Asks for a deb with nothing but what is required.
    #[must_use]
    pub fn deb() -> Self {
        Self(Map::new())
            .with("type", "deb")
            .with("fleet_url", FLEET_URL)
            .with("enroll_secret", ENROLL_SECRET)
    }

    /// The same for an rpm.
    #[must_use]
    pub fn rpm() -> Self {
        Self::deb().with("type", "rpm")
    }

    /// The same for an Arch package.
    #[must_use]
    pub fn arch() -> Self {
        Self::deb().with("type", "pkg.tar.zst")
    }

    /// The same for a pkg.
    #[must_use]
    pub fn pkg() -> Self {
        Self::deb().with("type", "pkg")
    }

    /// The same for an msi.
    #[must_use]
    pub fn msi() -> Self {
        Self::deb().with("type", "msi")
    }

    /// The same with a field set.
    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.0.insert(field.to_owned(), value.into());
        self
    }

    /// The same with everything that adds files or variables.
    #[must_use]
    pub fn with_everything(self) -> Self {
        let (server, client) = (Identity::of("fleet.example.com"), Identity::of("client"));
        self.with("fleet-desktop", true)
            .with("osquery-flagfile", "--verbose=true\n")
            .with("end-user-email", "somebody@example.com")
            .with("fleet-certificate", server.certificate.as_str())
            .with("update-tls-certificate", server.certificate)
            .with("fleet-tls-client-certificate", client.certificate)
            .with("fleet-tls-client-key", client.key)
    }

    /// Whether a field is set.
    #[must_use]
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// The same with a field left out.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        self.0.remove(field);
        self
    }

    /// As it is sent.
    pub(crate) fn to_json(&self) -> String {
        Value::from(self.0.clone()).to_string()
    }
}

/// A certificate with its key, both in PEM.
pub struct Identity {
    /// The certificate.
    pub certificate: String,
    /// The key.
    pub key: String,
}

impl Identity {
    /// Makes one for `name`.
    ///
    /// # Panics
    /// If there is no randomness to make a key of.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()])
            .unwrap()
            .self_signed(&key)
            .unwrap();
        Self {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}
