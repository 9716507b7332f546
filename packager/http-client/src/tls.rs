//! TLS as a client.

use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Error, HttpSettings};

const PRIVATE_CA: &str = "the private certificate authority";
const CLIENT_CERTIFICATE: &str = "the client certificate";
const CLIENT_KEY: &str = "the client certificate's key";

/// The TLS configuration, with its own cryptography: a process-wide default is not a
/// library's to choose.
pub(crate) fn client_config(settings: &HttpSettings) -> Result<ClientConfig, Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::new("TLS", error))?
        .with_root_certificates(authorities(settings)?);
    let Some(identity) = &settings.client_identity else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates(&identity.certificate_pem, CLIENT_CERTIFICATE)?;
    let key = PrivateKeyDer::from_pem_slice(&identity.key_pem).map_err(|error| Error::new(CLIENT_KEY, error))?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| Error::new(CLIENT_CERTIFICATE, error))
}

fn authorities(settings: &HttpSettings) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::warn!(%error, "a system certificate authority is passed over");
    }
    store.add_parsable_certificates(system.certs);
    if let Some(pem) = &settings.private_ca_pem {
        for certificate in certificates(pem, PRIVATE_CA)? {
            store.add(certificate).map_err(|error| Error::new(PRIVATE_CA, error))?;
        }
    }
    if store.is_empty() {
        tracing::warn!("there is no certificate authority: only plain HTTP can work");
    }
    Ok(store)
}

fn certificates(pem: &[u8], setting: &'static str) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Error::new(setting, error))?;
    if certificates.is_empty() {
        return Err(Error { setting, cause: None });
    }
    Ok(certificates)
}
