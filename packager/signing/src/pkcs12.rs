//! Reads PKCS#12 files.

use p12_keystore::error::Error;
use p12_keystore::{Pkcs12Archive, PrivateKey};
use x509_certificate::CapturedX509Certificate;

/// The most certificates that are looked at: each is compared with each.
pub(crate) const MOST_CERTIFICATES: usize = 32;

/// What is in a PKCS#12 file (RFC 7292), as Windows, Keychain Access and OpenSSL write them.
pub(crate) struct Pkcs12 {
    /// At least one, in the file's order.
    pub(crate) certificates: Vec<CapturedX509Certificate>,
    /// The first of its private keys.
    pub(crate) key: PrivateKey,
}

/// Why a PKCS#12 file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pkcs12Error {
    /// It is none.
    NotPkcs12,
    /// It does not open with the password.
    PasswordWrong,
    /// It is damaged, or of a kind that is not known.
    Unreadable,
    /// There is no certificate that can be read.
    NoCertificate,
    /// There is no private key.
    NoKey,
}

impl Pkcs12 {
    /// Opens a file.
    pub(crate) fn read(file: &[u8], password: &str) -> Result<Self, Pkcs12Error> {
        if !is_der(file) {
            return Err(Pkcs12Error::NotPkcs12);
        }
        let archive = Pkcs12Archive::from_pkcs12(file, password).map_err(|error| match error {
            // Without a MAC, a wrong password is noticed when what it decrypts to is nonsense.
            Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => Pkcs12Error::PasswordWrong,
            _ => Pkcs12Error::Unreadable,
        })?;
        let certificates: Vec<_> = archive
            .certs
            .iter()
            .take(MOST_CERTIFICATES)
            .filter_map(|bag| CapturedX509Certificate::from_der(bag.cert.as_der()).ok())
            .collect();
        if certificates.is_empty() {
            return Err(Pkcs12Error::NoCertificate);
        }
        let key = archive.keys.into_iter().next().ok_or(Pkcs12Error::NoKey)?;
        Ok(Self {
            certificates,
            key: key.key,
        })
    }
}

/// Whether it begins as a DER sequence does; PEM is text.
pub(crate) fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30)
}
