//! A certificate and its key, checked.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use packager_settings::Secret;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use super::CertificateError;

/// The protocol that is spoken inside (RFC 7301). A client that offers others alone is refused.
const HTTP_1_1: &[u8] = b"http/1.1";

/// A certificate and its key, which belong together.
pub(crate) struct Pair {
    pub(crate) config: Arc<ServerConfig>,
    /// When clients begin to refuse the certificate.
    pub(crate) expires: Timestamp,
    /// What the operator should know, one sentence each.
    pub(crate) warnings: Vec<String>,
}

impl Pair {
    /// Checks the texts of a certificate file, `path`, and of its key, both PEM. Anything else in them is passed over.
    pub(crate) fn new(
        path: &Path,
        certificates: &[u8],
        key: &Secret,
        now: Timestamp,
    ) -> Result<Self, CertificateError> {
        let chain = read_chain(path, certificates)?;
        let own = chain
            .first()
            .ok_or_else(|| CertificateError::NoCertificate(path.to_owned()))?;
        let (_, own) = X509Certificate::from_der(own).map_err(|_| malformed(path, 0))?;
        let time = |time: x509_parser::time::ASN1Time| {
            Timestamp::from_second(time.timestamp()).map_err(|_| malformed(path, 0))
        };
        let validity = own.validity();
        let (begins, expires) = (time(validity.not_before)?, time(validity.not_after)?);
        let mut warnings = Vec::new();
        if expires <= now {
            warnings.push(format!(
                "tls_certificate: it expired at {expires}, and clients refuse it: renew it"
            ));
        }
        if begins > now {
            warnings.push(format!(
                "tls_certificate: it is not valid before {begins}, and clients refuse it until then"
            ));
        }
        let certified = certify(path, chain, key)?;
        Ok(Self {
            config: Arc::new(server_config(certified)?),
            expires,
            warnings,
        })
    }
}

fn malformed(path: &Path, index: usize) -> CertificateError {
    CertificateError::Malformed {
        path: path.to_owned(),
        number: index + 1,
    }
}

fn read_chain(path: &Path, text: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let mut chain = Vec::new();
    for certificate in CertificateDer::pem_slice_iter(text) {
        let certificate = certificate.map_err(|_| malformed(path, chain.len()))?;
        let whole = X509Certificate::from_der(&certificate).is_ok_and(|(rest, _)| rest.is_empty());
        if !whole {
            return Err(malformed(path, chain.len()));
        }
        chain.push(certificate);
    }
    Ok(chain)
}

fn certify(path: &Path, chain: Vec<CertificateDer<'static>>, key: &Secret) -> Result<CertifiedKey, CertificateError> {
    // What the reader says of a key that it cannot read may quote it.
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| CertificateError::NoKey)?;
    let key = Zeroizing::new(key);
    let signer = aws_lc_rs::sign::any_supported_type(&key).map_err(|_| CertificateError::UnusableKey)?;
    drop(key);
    let certified = CertifiedKey::new(chain, signer);
    match certified.keys_match() {
        Ok(()) => {}
        Err(rustls::Error::InconsistentKeys(_)) => return Err(CertificateError::Mismatch(path.to_owned())),
        Err(error) => return Err(CertificateError::Refused(Box::new(error))),
    }
    Ok(certified)
}

/// TLS 1.2 and 1.3, without resumption.
fn server_config(certified: CertifiedKey) -> Result<ServerConfig, CertificateError> {
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| CertificateError::Refused(Box::new(error)))?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(SingleCertAndKey::from(certified)));
    config.alpn_protocols = vec![HTTP_1_1.to_vec()];
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

#[cfg(test)]
#[path = "pair_tests.rs"]
mod tests;
