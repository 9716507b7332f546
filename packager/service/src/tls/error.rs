//! What is wrong with a certificate or its key.

use std::path::PathBuf;

/// What is wrong with a certificate or its key. Nothing of either is part of a message.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// The certificate's file cannot be read.
    #[error("tls_certificate: cannot read {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is something else in it, or nothing.
    #[error("tls_certificate: {} holds no certificate in PEM", .0.display())]
    NoCertificate(PathBuf),
    /// A certificate of the chain is damaged.
    #[error("tls_certificate: certificate number {number} of {} does not parse", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Which of its certificates, from 1.
        number: usize,
    },
    /// The key cannot be had.
    #[error("tls_key")]
    Secret(#[from] packager_settings::SecretError),
    /// There is something else where the key should be.
    #[error("tls_key: holds no private key in PEM; a key under a passphrase has to be decrypted first")]
    NoKey,
    /// It is damaged, or of a kind that TLS here does not know.
    #[error(
        "tls_key: the key cannot be used: it has to be RSA of 2048 to 8192 bits, ECDSA on P-256, P-384 or P-521, or Ed25519"
    )]
    UnusableKey,
    /// The two do not belong together.
    #[error(
        "tls_certificate: the first certificate of {} is not the one of tls_key; the service's own certificate comes \
         first, and those of its issuers behind it", .0.display()
    )]
    Mismatch(PathBuf),
    /// The TLS library refuses them.
    #[error("tls_certificate: cannot be used")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
}
