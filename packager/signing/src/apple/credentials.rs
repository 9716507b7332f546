//! Reads a certificate and its key.

use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use x509_certificate::CapturedX509Certificate;

use super::InstallerError;
use super::key::InstallerKey;
use crate::pkcs12::{MOST_CERTIFICATES, Pkcs12, is_der};

/// What was read, checked only in that the key belongs to the first certificate.
pub(super) struct Credentials {
    pub(super) key: InstallerKey,
    /// The key's own.
    pub(super) certificate: CapturedX509Certificate,
    /// What else was there.
    pub(super) others: Vec<CapturedX509Certificate>,
}

impl Credentials {
    /// From PEM. What is in `certificate` beside the key's own certificate may complete the chain.
    pub(super) fn from_pem(certificate: &[u8], key: &[u8]) -> Result<Self, InstallerError> {
        let certificates = CertificateDer::pem_slice_iter(certificate)
            .take(MOST_CERTIFICATES)
            .map(|der| der.ok().and_then(|der| parse(&der)))
            .collect::<Option<Vec<_>>>()
            .filter(|certificates| !certificates.is_empty());
        let Some(certificates) = certificates else {
            return Err(if is_der(certificate) {
                InstallerError::NotPem
            } else {
                InstallerError::NoCertificate
            });
        };
        let Ok(der) = PrivateKeyDer::from_pem_slice(key) else {
            let is_encrypted =
                contains(key, b"BEGIN ENCRYPTED PRIVATE KEY") || contains(key, b"Proc-Type: 4,ENCRYPTED");
            return Err(if is_encrypted {
                InstallerError::KeyEncrypted
            } else {
                InstallerError::NoKey
            });
        };
        Self::of(certificates, &der)
    }

    /// From a PKCS#12 file.
    pub(super) fn from_pkcs12(file: &[u8], password: &str) -> Result<Self, InstallerError> {
        let Pkcs12 { certificates, key } = Pkcs12::read(file, password)?;
        Self::of(certificates, &PrivatePkcs8KeyDer::from(key.as_der()).into())
    }

    fn of(mut certificates: Vec<CapturedX509Certificate>, key: &PrivateKeyDer<'_>) -> Result<Self, InstallerError> {
        let key = InstallerKey::new(key)?;
        let own = certificates
            .iter()
            .position(|certificate| certificate.public_key_data() == key.public())
            .ok_or(InstallerError::Mismatch)?;
        let certificate = certificates.swap_remove(own);
        Ok(Self {
            key,
            certificate,
            others: certificates,
        })
    }
}

fn parse(der: &[u8]) -> Option<CapturedX509Certificate> {
    CapturedX509Certificate::from_der(der).ok()
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}
