//! What an authority answers.

use bcder::decode::Constructed;
use bcder::{Captured, Mode};
use cryptographic_message_syntax::SignedData;
use cryptographic_message_syntax::asn1::rfc3161::{PkiStatus, TimeStampResp, TstInfo};
use cryptographic_message_syntax::asn1::rfc5652::{OID_ID_SIGNED_DATA, SignedData as RawSignedData};
use packager_artifact::Sha256Digest;
use x509_certificate::DigestAlgorithm;
use x509_certificate::rfc5280::AlgorithmIdentifier;

use super::{TimeStampError, TimeStampRequest};
use crate::Error;

/// A time-stamp token.
#[derive(Debug, Clone)]
pub struct TimeStampToken(Captured);

impl TimeStampToken {
    /// Reads the answer to `request`, a `TimeStampResp` in DER (RFC 3161, section 2.4.2).
    ///
    /// # Errors
    /// [`TimeStampError::Refused`], [`TimeStampError::Malformed`], [`TimeStampError::Mismatch`].
    pub fn from_response(response: &[u8], request: &TimeStampRequest) -> Result<Self, TimeStampError> {
        let answer = Constructed::decode(response, Mode::Der, TimeStampResp::take_from);
        let answer = answer.map_err(|_| TimeStampError::Malformed)?;
        match answer.status.status {
            PkiStatus::Granted | PkiStatus::GrantedWithMods => {}
            refused => return Err(TimeStampError::Refused(refused.into())),
        }
        let token = answer.time_stamp_token.ok_or(TimeStampError::Malformed)?;
        if token.content_type != OID_ID_SIGNED_DATA {
            return Err(TimeStampError::Malformed);
        }
        // As it came, byte for byte: its signature is over this encoding.
        let raw = Constructed::decode(token.content.as_slice(), Mode::Der, RawSignedData::take_from);
        let raw = raw.map_err(|_| TimeStampError::Malformed)?;
        let signed = SignedData::try_from(&raw).map_err(|_| TimeStampError::Malformed)?;
        let info = info(&signed).ok_or(TimeStampError::Malformed)?;
        if info.nonce.as_ref() != Some(&request.nonce) {
            return Err(TimeStampError::Mismatch);
        }
        check(&signed, request.imprint).map_err(|_| TimeStampError::Mismatch)?;
        Ok(Self(token.content))
    }

    /// The `SignedData` in it, without the `ContentInfo` around.
    pub(crate) const fn signed_data(&self) -> &Captured {
        &self.0
    }
}

/// Whether a token is over `imprint`, and signed by a certificate that it holds.
pub(crate) fn check(token: &SignedData, imprint: Sha256Digest) -> Result<(), Error> {
    let info = info(token).ok_or(Error::BadSignature)?;
    let is_sha256 =
        info.message_imprint.hash_algorithm.algorithm == AlgorithmIdentifier::from(DigestAlgorithm::Sha256).algorithm;
    if !is_sha256 || info.message_imprint.hashed_message.to_bytes() != imprint.as_bytes().as_slice() {
        return Err(Error::BadSignature);
    }
    let mut signers = token.signers().peekable();
    if signers.peek().is_none() {
        return Err(Error::BadSignature);
    }
    for signer in signers {
        signer
            .verify_signature_with_signed_data(token)
            .and_then(|()| signer.verify_message_digest_with_signed_data(token))
            .map_err(|_| Error::BadSignature)?;
    }
    Ok(())
}

/// What the token says (RFC 3161, section 2.4.2).
fn info(token: &SignedData) -> Option<TstInfo> {
    let content = token.signed_content()?;
    Constructed::decode(content, Mode::Der, TstInfo::take_from).ok()
}
