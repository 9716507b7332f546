//! Puts a time stamp into a signature.

use bcder::encode::{PrimitiveContent, Values, sequence, sequence_as, set};
use bcder::{Captured, ConstOid, Mode, Oid, Tag};
use bytes::Bytes;
use cryptographic_message_syntax::asn1::rfc5652::OID_ID_SIGNED_DATA;
use packager_artifact::Sha256Digest;
use x509_certificate::rfc5652::{Attribute, AttributeValue};

use super::AuthenticodeError;
use super::signature::ReadSignature;
use crate::TimeStampToken;

/// Where Authenticode has RFC 3161 tokens: 1.3.6.1.4.1.311.3.3.1.
pub(super) const SPC_RFC3161: ConstOid = Oid(&[43, 6, 1, 4, 1, 130, 55, 3, 3, 1]);

/// What a time-stamping authority is to vouch for: the SHA-256 of the signature's value.
pub(super) fn imprint(signature: &ReadSignature) -> Sha256Digest {
    Sha256Digest::of(&signature.signer.signature.to_bytes())
}

/// The signature with a token over its [`imprint`], in DER. What was signed stays as it came.
pub(super) fn stamped(signature: &ReadSignature, token: &TimeStampToken) -> Result<Vec<u8>, AuthenticodeError> {
    let mut signer = signature.signer.clone();
    let content_info = sequence((
        OID_ID_SIGNED_DATA.encode_ref(),
        sequence_as(Tag::CTX_0, token.signed_data()),
    ));
    let mut attributes = signer.unsigned_attributes.take().unwrap_or_default();
    attributes.push(Attribute {
        typ: Oid(Bytes::copy_from_slice(SPC_RFC3161.as_ref())),
        values: vec![AttributeValue::new(Captured::from_values(Mode::Der, content_info))],
    });
    signer.unsigned_attributes = Some(attributes);
    let whole = sequence((
        OID_ID_SIGNED_DATA.encode_ref(),
        sequence_as(Tag::CTX_0, sequence((&signature.before_signer, set(&signer)))),
    ));
    let mut der = Vec::new();
    let written = whole.write_encoded(Mode::Der, &mut der);
    written.map(|()| der).map_err(|_| AuthenticodeError::BadSignature)
}
