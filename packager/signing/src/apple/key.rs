//! The private key, in AWS-LC's memory.

use aws_lc_rs::digest::{Digest, SHA256, SHA256_OUTPUT_LEN, digest};
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{KeyPair, RSA_PKCS1_SHA256};
use bytes::Bytes;
use rustls_pki_types::PrivateKeyDer;
use signature::Signer;
use x509_certificate::{KeyAlgorithm, KeyInfoSigner, Sign, Signature, SignatureAlgorithm, X509CertificateError};
use zeroize::Zeroizing;

use super::InstallerError;
use crate::Error;

/// An RSA key that signs.
#[derive(Debug)]
pub(super) struct InstallerKey(RsaKeyPair);

impl InstallerKey {
    /// Takes a key over.
    ///
    /// # Errors
    /// [`InstallerError::NotRsa`].
    pub(super) fn new(key: &PrivateKeyDer<'_>) -> Result<Self, InstallerError> {
        let pair = match key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(InstallerError::NotRsa),
        };
        pair.map(Self).map_err(|_| InstallerError::NotRsa)
    }

    /// The public key, as a certificate has it (`RSAPublicKey`, RFC 8017, appendix A.1.1).
    pub(super) fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// How long its signatures are.
    pub(super) fn signature_bytes(&self) -> usize {
        self.0.public_modulus_len()
    }

    /// An RSASSA-PKCS1-v1_5 signature over a checksum (RFC 8017, section 8.2).
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub(super) fn sign_checksum(&self, toc: &[u8]) -> Result<Vec<u8>, Error> {
        let digest = checksum_digest(toc).ok_or(Error::Failed)?;
        self.sign_digest(&digest).ok_or(Error::Failed)
    }

    fn sign_digest(&self, content: &Digest) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.signature_bytes()];
        self.0.sign_digest(&RSA_PKCS1_SHA256, content, &mut signature).ok()?;
        Some(signature)
    }
}

/// What RSA signs for a checksum: itself if it is a SHA-256 value, otherwise its SHA-256.
pub(super) fn checksum_digest(toc: &[u8]) -> Option<Digest> {
    if toc.len() == SHA256_OUTPUT_LEN {
        Digest::import_less_safe(toc, &SHA256).ok()
    } else {
        Some(digest(&SHA256, toc))
    }
}

impl Signer<Signature> for InstallerKey {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, signature::Error> {
        let signature = self.sign_digest(&digest(&SHA256, message));
        signature.map(Signature::from).ok_or_else(signature::Error::new)
    }
}

impl Sign for InstallerKey {
    fn sign(&self, message: &[u8]) -> Result<(Vec<u8>, SignatureAlgorithm), X509CertificateError> {
        Ok((self.try_sign(message)?.into(), SignatureAlgorithm::RsaSha256))
    }

    fn key_algorithm(&self) -> Option<KeyAlgorithm> {
        Some(KeyAlgorithm::Rsa)
    }

    fn public_key_data(&self) -> Bytes {
        Bytes::copy_from_slice(self.public())
    }

    fn signature_algorithm(&self) -> Result<SignatureAlgorithm, X509CertificateError> {
        Ok(SignatureAlgorithm::RsaSha256)
    }

    /// The key stays where it is.
    fn private_key_data(&self) -> Option<Zeroizing<Vec<u8>>> {
        None
    }

    fn rsa_primes(&self) -> Result<Option<(Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>)>, X509CertificateError> {
        Ok(None)
    }
}

impl KeyInfoSigner for InstallerKey {}
