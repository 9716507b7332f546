//! The certificate that signs.

use aws_lc_rs::rsa::KeyPair as RsaKeyPair;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1_SIGNING,
    EcdsaKeyPair, KeyPair, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use bcder::{ConstOid, Oid};
use jiff::Timestamp;
use x509_certificate::{CapturedX509Certificate, KeyAlgorithm};
use x509_parser::parse_x509_certificate;

use super::AuthenticodeError;
use crate::validity::Validity;

/// A certificate for code signing.
#[derive(Debug, Clone)]
pub(super) struct SignerCertificate {
    certificate: CapturedX509Certificate,
    validity: Validity,
    algorithm: Algorithm,
}

/// How the key's signatures are verified, and the object identifiers that they go by.
#[derive(Debug, Clone)]
struct Algorithm {
    verification: &'static dyn VerificationAlgorithm,
    identifiers: [ConstOid; 2],
}

/// rsaEncryption, which is what PKCS #7 has, and sha256WithRSAEncryption (RFC 8017, appendix A.2.4).
const RSA: [ConstOid; 2] = [
    Oid(&[42, 134, 72, 134, 247, 13, 1, 1, 1]),
    Oid(&[42, 134, 72, 134, 247, 13, 1, 1, 11]),
];
/// id-ecPublicKey (RFC 5480, section 2.1.1) and ecdsa-with-SHA256 (RFC 5758, section 3.2).
const ECDSA: [ConstOid; 2] = [
    Oid(&[42, 134, 72, 206, 61, 2, 1]),
    Oid(&[42, 134, 72, 206, 61, 4, 3, 2]),
];

impl SignerCertificate {
    /// Takes a certificate that Windows takes for code: it has the extended key usage for it, and a key of a known kind.
    pub(super) fn new(certificate: CapturedX509Certificate) -> Result<Self, AuthenticodeError> {
        let algorithm = algorithm(&certificate).ok_or(AuthenticodeError::KeyUnsupported)?;
        let (_, parsed) = parse_x509_certificate(certificate.constructed_data())
            .map_err(|_| AuthenticodeError::CertificateUnreadable)?;
        let usage = parsed
            .extended_key_usage()
            .map_err(|_| AuthenticodeError::CertificateUnreadable)?;
        if !usage.is_some_and(|usage| usage.value.code_signing) {
            return Err(AuthenticodeError::NotCodeSigning);
        }
        Ok(Self {
            validity: Validity::of(&certificate),
            certificate,
            algorithm,
        })
    }

    /// Whether it counts at a time.
    pub(super) fn check(&self, at: Timestamp) -> Result<(), AuthenticodeError> {
        Ok(self.validity.check(at)?)
    }

    pub(super) const fn expires_at(&self) -> Timestamp {
        self.validity.until()
    }

    pub(super) const fn certificate(&self) -> &CapturedX509Certificate {
        &self.certificate
    }

    /// Whether signatures of its key go by this object identifier.
    pub(super) fn signs_with(&self, algorithm: &Oid) -> bool {
        self.algorithm.identifiers.iter().any(|one| algorithm == one)
    }

    /// Whether `signature` is its key's over the SHA-256 of `message`.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(self.algorithm.verification, self.certificate.public_key_data());
        key.verify(message, signature).is_ok()
    }
}

/// The algorithm of the certificate's key.
fn algorithm(certificate: &CapturedX509Certificate) -> Option<Algorithm> {
    let (verification, identifiers): (&dyn VerificationAlgorithm, _) =
        match (certificate.key_algorithm()?, certificate.public_key_data().len()) {
            (KeyAlgorithm::Rsa, _) => (&RSA_PKCS1_2048_8192_SHA256, RSA),
            // An uncompressed point (SEC 1, section 2.3.3): one byte, and two coordinates.
            (KeyAlgorithm::Ecdsa(_), 65) => (&ECDSA_P256_SHA256_ASN1, ECDSA),
            (KeyAlgorithm::Ecdsa(_), 97) => (&ECDSA_P384_SHA256_ASN1, ECDSA),
            _ => return None,
        };
    Some(Algorithm {
        verification,
        identifiers,
    })
}

/// The public key of a private one (PKCS#8), as a certificate has it.
pub(super) fn public_key_of(key: &[u8]) -> Option<Vec<u8>> {
    if let Ok(pair) = RsaKeyPair::from_pkcs8(key) {
        return Some(pair.public_key().as_ref().to_vec());
    }
    let curves = [&ECDSA_P256_SHA256_ASN1_SIGNING, &ECDSA_P384_SHA384_ASN1_SIGNING];
    let pair = curves
        .into_iter()
        .find_map(|curve| EcdsaKeyPair::from_pkcs8(curve, key).ok())?;
    Some(pair.public_key().as_ref().to_vec())
}
