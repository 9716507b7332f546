//! Why credentials for installer packages are refused.

use jiff::Timestamp;

use crate::pkcs12::Pkcs12Error;
use crate::validity::OutsideValidity;

/// Why a certificate or its key is refused. Its text is for the operator, says what to do, and holds nothing of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstallerError {
    /// No certificate can be read.
    #[error("there is no certificate in it: it must be PEM, or a PKCS#12 file (.p12) with its password")]
    NoCertificate,
    /// A password is set, and the file is not PKCS#12.
    #[error("it is not a PKCS#12 file, for which signing_pkg_password is set: for PEM, set signing_pkg_key instead")]
    NotPkcs12,
    /// A key is set beside a certificate in DER, or a PKCS#12 file.
    #[error(
        "the certificate is not PEM, for which signing_pkg_key is set: as it comes from Apple (.cer), it becomes PEM with \
         `openssl x509 -inform DER -in FILE -out PEM`; for a PKCS#12 file, set signing_pkg_password instead"
    )]
    NotPem,
    /// The PKCS#12 file does not open.
    #[error("the PKCS#12 file cannot be opened with this password")]
    PasswordWrong,
    /// The PKCS#12 file is of a kind that is not known.
    #[error("the PKCS#12 file is damaged, or protected in a way that is not known: export it again")]
    Pkcs12Unreadable,
    /// There is no private key.
    #[error(
        "there is no private key in it: it must be an RSA key in PEM (PKCS#8 or PKCS#1), or be in the PKCS#12 file; in \
         Keychain Access, export the certificate together with its key"
    )]
    NoKey,
    /// The private key is encrypted.
    #[error("the private key is encrypted: write it out with `openssl pkey -in KEY -out PLAIN`, or use a PKCS#12 file")]
    KeyEncrypted,
    /// The private key is no RSA key that can sign.
    #[error("the private key is not an RSA key of 2048 to 8192 bits, which is what Apple certifies for installers")]
    NotRsa,
    /// No certificate is the key's.
    #[error("the private key does not belong to the certificate: the two are of different requests")]
    Mismatch,
    /// The certificate is Apple's, for something else.
    #[error(
        "it is a certificate for {purpose}, which macOS does not accept for installer packages: in the Apple developer \
         account, make one of the kind Developer ID Installer"
    )]
    WrongKind {
        /// What it is for.
        purpose: String,
    },
    /// The certificate does not have the extensions of a Developer ID Installer certificate.
    #[error(
        "it is not a Developer ID Installer certificate: it lacks {missing}; in the Apple developer account, make one of \
         the kind Developer ID Installer"
    )]
    NotInstaller {
        /// Which extension it lacks.
        missing: &'static str,
    },
    /// It will count only later.
    #[error("the certificate is valid from {0}, which this machine's clock has not reached: set the clock, or wait")]
    NotYetValid(Timestamp),
    /// Its time is over.
    #[error("the certificate expired at {0}: make a new one in the Apple developer account")]
    Expired(Timestamp),
}

impl From<OutsideValidity> for InstallerError {
    fn from(outside: OutsideValidity) -> Self {
        match outside {
            OutsideValidity::Before(from) => Self::NotYetValid(from),
            OutsideValidity::After(until) => Self::Expired(until),
        }
    }
}

impl From<Pkcs12Error> for InstallerError {
    fn from(error: Pkcs12Error) -> Self {
        match error {
            Pkcs12Error::NotPkcs12 => Self::NotPkcs12,
            Pkcs12Error::PasswordWrong => Self::PasswordWrong,
            Pkcs12Error::Unreadable => Self::Pkcs12Unreadable,
            Pkcs12Error::NoCertificate => Self::NoCertificate,
            Pkcs12Error::NoKey => Self::NoKey,
        }
    }
}
