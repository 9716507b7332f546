//! An unlocked private key.

use aws_lc_rs::digest::{Digest, SHA256};
use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256};
use packager_artifact::Sha256Digest;
use pgp::crypto::eddsa_legacy::SecretKey as EddsaSecret;
use pgp::crypto::rsa::SecretKey as RsaSecret;
use pgp::types::{EddsaLegacyPublicParams, Mpi, PlainSecretParams, PublicParams, SignatureBytes};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{BigUint, RsaPrivateKey, RsaPublicKey};
use zeroize::Zeroizing;

use crate::Error;

/// An unlocked private key, in AWS-LC's memory.
#[derive(Debug)]
pub(super) enum PrivateKey {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// Takes the secret over. That it belongs to the public key is checked.
    ///
    /// # Errors
    /// [`Error::Inconsistent`] if it does not; [`Error::Algorithm`].
    pub(super) fn new(public: &PublicParams, secret: &PlainSecretParams) -> Result<Self, Error> {
        match (public, secret) {
            (PublicParams::RSA(public), PlainSecretParams::RSA(secret)) => rsa(&public.key, secret),
            (
                PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Ed25519 { key }),
                PlainSecretParams::EdDSALegacy(EddsaSecret::Ed25519(secret)),
            ) => {
                let pair = Ed25519KeyPair::from_seed_and_public_key(secret.as_bytes(), key.as_bytes());
                pair.map(Self::Ed25519).map_err(|_| Error::Inconsistent)
            }
            _ => Err(Error::Algorithm),
        }
    }

    /// The numbers of a signature over a digest (RFC 9580, sections 5.2.3.1 and 5.2.3.3).
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub(super) fn sign(&self, digest: Sha256Digest) -> Result<SignatureBytes, Error> {
        let numbers = match self {
            Self::Rsa(pair) => {
                let digest = Digest::import_less_safe(digest.as_bytes(), &SHA256).map_err(|_| Error::Failed)?;
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign_digest(&RSA_PKCS1_SHA256, &digest, &mut signature)
                    .map_err(|_| Error::Failed)?;
                vec![Mpi::from_slice(&signature)]
            }
            Self::Ed25519(pair) => {
                // Ed25519 signs the digest as if it were the message.
                let signature = pair.try_sign(digest.as_bytes()).map_err(|_| Error::Failed)?;
                let (r, s) = signature.as_ref().split_at_checked(32).ok_or(Error::Failed)?;
                vec![Mpi::from_slice(r), Mpi::from_slice(s)]
            }
        };
        Ok(SignatureBytes::Mpis(numbers))
    }
}

/// Through PKCS#1, the one form that both libraries know.
fn rsa(public: &RsaPublicKey, secret: &RsaSecret) -> Result<PrivateKey, Error> {
    let (d, p, q, _) = secret.to_bytes();
    let [d, p, q] = [d, p, q].map(|bytes| BigUint::from_bytes_be(&Zeroizing::new(bytes)));
    let key = RsaPrivateKey::from_components(public.n().clone(), public.e().clone(), d, vec![p, q]);
    let der = key
        .and_then(|key| Ok(key.to_pkcs1_der()?))
        .map_err(|_| Error::Inconsistent)?;
    let pair = RsaKeyPair::from_der(der.as_bytes());
    pair.map(PrivateKey::Rsa).map_err(|_| Error::Inconsistent)
}
