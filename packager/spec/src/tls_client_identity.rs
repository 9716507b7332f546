//! `fleet-tls-client-certificate` and `fleet-tls-client-key`

use packager_api::SecretText;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::sign::CertifiedKey;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};
use zeroize::Zeroizing;

use crate::{CertificateChain, InvalidValue, pem};

/// What the agent presents when a server asks for a certificate: a chain, and the private key of its first certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsClientIdentity {
    certificate: CertificateChain,
    key: SecretText,
}

impl TlsClientIdentity {
    /// Pairs a chain with its key: one unencrypted private key in PEM, as PKCS #8, PKCS #1 or SEC 1. `openssl` writes
    /// the parameters of an elliptic curve before the key; they are dropped, since the key names its curve too.
    ///
    /// The error speaks of the key: it is not such a key, its algorithm is not one of TLS, or it is another
    /// certificate's.
    pub fn new(certificate: CertificateChain, key_pem: &str) -> Result<Self, InvalidValue> {
        let not_one_key =
            || InvalidValue::new("must be one unencrypted private key in PEM (PKCS #8, PKCS #1 or SEC 1)");
        let mut blocks = pem::blocks(key_pem)?;
        blocks.retain(|block| block.label != "EC PARAMETERS");
        let [block] = blocks.as_slice() else {
            return Err(not_one_key());
        };
        let der = block.der.as_slice();
        let key_der = match block.label {
            "PRIVATE KEY" => PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der)),
            "RSA PRIVATE KEY" => PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(der)),
            "EC PRIVATE KEY" => PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(der)),
            _ => return Err(not_one_key()),
        };
        let signing_key = any_supported_type(&key_der)
            .map_err(|_| InvalidValue::new("must be an RSA, ECDSA or Ed25519 private key that TLS can use"))?;
        CertifiedKey::new(certificate.first_der().into_iter().collect(), signing_key)
            .keys_match()
            .map_err(|_| InvalidValue::new("must be the key of the first client certificate"))?;
        let mut key = Zeroizing::new(String::with_capacity(pem::encoded_bound(block.label, der)));
        pem::encode(block.label, der, &mut key);
        Ok(Self {
            certificate,
            key: SecretText::from(key),
        })
    }

    /// The certificate chain.
    #[must_use]
    pub fn certificate(&self) -> &CertificateChain {
        &self.certificate
    }

    /// The private key in PEM.
    #[must_use]
    pub fn expose_key_pem(&self) -> &str {
        self.key.expose_secret()
    }

    pub(crate) fn key_to_secret_text(&self) -> SecretText {
        self.key.clone()
    }
}
