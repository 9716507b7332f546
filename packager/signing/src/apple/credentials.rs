//! Reads a certificate and its key.

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as Pkcs12Error;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use x509_certificate::CapturedX509Certificate;

use super::InstallerError;
use super::key::InstallerKey;

/// The most certificates that are looked at: each is compared with each.
const MOST_CERTIFICATES: usize = 32;

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

    /// From a PKCS#12 file (RFC 7292), as Keychain Access and OpenSSL write them.
    pub(super) fn from_pkcs12(file: &[u8], password: &str) -> Result<Self, InstallerError> {
        if !is_der(file) {
            return Err(InstallerError::NotPkcs12);
        }
        let archive = Pkcs12Archive::from_pkcs12(file, password).map_err(|error| match error {
            // Without a MAC, a wrong password is noticed when what it decrypts to is nonsense.
            Pkcs12Error::MacError(_) | Pkcs12Error::UnpadError | Pkcs12Error::Pkcs5Error(_) => {
                InstallerError::PasswordWrong
            }
            _ => InstallerError::Pkcs12Unreadable,
        })?;
        let certificates: Vec<_> = archive
            .certs
            .iter()
            .take(MOST_CERTIFICATES)
            .filter_map(|bag| parse(bag.cert.as_der()))
            .collect();
        if certificates.is_empty() {
            return Err(InstallerError::NoCertificate);
        }
        let key = archive.keys.first().ok_or(InstallerError::NoKey)?;
        Self::of(certificates, &PrivatePkcs8KeyDer::from(key.key.as_der()).into())
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

/// Whether it begins as a DER sequence does; PEM is text.
fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30)
}

fn contains(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}
