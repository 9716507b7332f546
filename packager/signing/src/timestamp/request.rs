//! What an authority is asked.

use aws_lc_rs::rand;
use bcder::encode::Values;
use bcder::{Integer, Mode, OctetString};
use bytes::Bytes;
use cryptographic_message_syntax::asn1::rfc3161::{MessageImprint, TimeStampReq};
use packager_artifact::Sha256Digest;
use x509_certificate::DigestAlgorithm;

use super::TimeStampError;

/// A request for a time stamp over a digest.
#[derive(Debug, Clone)]
pub struct TimeStampRequest {
    pub(super) imprint: Sha256Digest,
    pub(super) nonce: Integer,
}

impl TimeStampRequest {
    /// A request with a number of its own, so that no older answer will do.
    ///
    /// # Errors
    /// [`TimeStampError::Request`] if there is no randomness.
    pub fn new(imprint: Sha256Digest) -> Result<Self, TimeStampError> {
        let mut random = [0; 8];
        rand::fill(&mut random).map_err(|_| TimeStampError::Request)?;
        Ok(Self {
            imprint,
            nonce: Integer::from(u64::from_be_bytes(random)),
        })
    }

    /// The `TimeStampReq` in DER (RFC 3161, section 2.4.1). It asks for the authority's certificate.
    ///
    /// # Errors
    /// [`TimeStampError::Request`].
    pub fn to_der(&self) -> Result<Vec<u8>, TimeStampError> {
        let request = TimeStampReq {
            version: Integer::from(1_u8),
            message_imprint: MessageImprint {
                hash_algorithm: DigestAlgorithm::Sha256.into(),
                hashed_message: OctetString::new(Bytes::copy_from_slice(self.imprint.as_bytes())),
            },
            req_policy: None,
            nonce: Some(self.nonce.clone()),
            cert_req: Some(true),
            extensions: None,
        };
        let mut der = Vec::new();
        let written = request.encode_ref().write_encoded(Mode::Der, &mut der);
        written.map(|()| der).map_err(|_| TimeStampError::Request)
    }
}
