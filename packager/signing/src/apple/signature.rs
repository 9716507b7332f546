//! The two signatures of a package.

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use bcder::encode::{PrimitiveContent, Values, sequence, sequence_as};
use bcder::{Captured, Mode, Oid, Tag};
use bytes::Bytes;
use cryptographic_message_syntax::asn1::rfc3161::OID_TIME_STAMP_TOKEN;
use cryptographic_message_syntax::asn1::rfc5652::{OID_ID_SIGNED_DATA, SignedData, UnsignedAttributes};
use cryptographic_message_syntax::{SignedData as ParsedSignedData, SignerInfo};
use packager_artifact::Sha256Digest;
use x509_certificate::rfc5652::{Attribute, AttributeValue};

use super::SignatureSizes;
use super::key::checksum_digest;
use crate::{Error, TimeStampToken};

/// The two signatures, without a time stamp.
#[derive(Debug)]
pub struct UnstampedSignature {
    rsa: Vec<u8>,
    cms: SignedData,
}

/// The two signatures, as they stand in the heap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallerSignature {
    /// The RSA signature.
    pub rsa: Vec<u8>,
    /// The CMS signature, filled up with zeros.
    pub cms: Vec<u8>,
}

impl UnstampedSignature {
    pub(super) const fn new(rsa: Vec<u8>, cms: SignedData) -> Self {
        Self { rsa, cms }
    }

    /// What a time-stamping authority is to vouch for: the SHA-256 of the CMS signature's value.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub fn imprint(&self) -> Result<Sha256Digest, Error> {
        let signer = self.cms.signer_infos.first().ok_or(Error::Failed)?;
        Ok(Sha256Digest::of(&signer.signature.to_bytes()))
    }

    /// Adds a token of a time-stamping authority over [`imprint`](Self::imprint).
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub fn stamped(mut self, token: &TimeStampToken) -> Result<Self, Error> {
        let content_info = sequence((
            OID_ID_SIGNED_DATA.encode_ref(),
            sequence_as(Tag::CTX_0, token.signed_data()),
        ));
        let mut attributes = UnsignedAttributes::default();
        attributes.push(Attribute {
            typ: Oid(Bytes::copy_from_slice(OID_TIME_STAMP_TOKEN.as_ref())),
            values: vec![AttributeValue::new(Captured::from_values(Mode::Der, content_info))],
        });
        let signer = self.cms.signer_infos.first_mut().ok_or(Error::Failed)?;
        signer.unsigned_attributes = Some(attributes);
        Ok(self)
    }

    /// The bytes, filled up to the lengths that the table of contents promises.
    ///
    /// # Errors
    /// [`Error::TooLong`] if a time stamp has more bytes than there is room; [`Error::Failed`].
    pub fn filled_up(self, sizes: SignatureSizes) -> Result<InstallerSignature, Error> {
        let mut cms = encode(&self.cms)?;
        if cms.len() > sizes.cms_bytes || self.rsa.len() != sizes.rsa_bytes {
            return Err(Error::TooLong);
        }
        cms.resize(sizes.cms_bytes, 0);
        Ok(InstallerSignature { rsa: self.rsa, cms })
    }
}

impl InstallerSignature {
    /// Whether both are signatures over `toc` by the key `public` (`RSAPublicKey`), and the time stamp, if there is one,
    /// is over the CMS signature.
    pub(super) fn verify(&self, toc: &[u8], public: &[u8]) -> Result<(), Error> {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public);
        let checksum = checksum_digest(toc).ok_or(Error::BadSignature)?;
        key.verify_digest(&checksum, &self.rsa)
            .map_err(|_| Error::BadSignature)?;

        let cms = ParsedSignedData::parse_ber(&self.cms).map_err(|_| Error::BadSignature)?;
        let mut signers = cms.signers();
        let (Some(signer), None) = (signers.next(), signers.next()) else {
            return Err(Error::BadSignature);
        };
        signer
            .verify_message_digest_with_content(toc)
            .map_err(|_| Error::BadSignature)?;
        key.verify(&signer.signed_content(None), signer.signature())
            .map_err(|_| Error::BadSignature)?;
        check_time_stamp(signer)
    }
}

fn check_time_stamp(signer: &SignerInfo) -> Result<(), Error> {
    match signer.time_stamp_token_signed_data() {
        Ok(None) => Ok(()),
        Ok(Some(token)) => crate::timestamp::check_token(&token, Sha256Digest::of(signer.signature())),
        Err(_) => Err(Error::BadSignature),
    }
}

/// DER of the `ContentInfo` around it.
pub(super) fn encode(cms: &SignedData) -> Result<Vec<u8>, Error> {
    let mut der = Vec::new();
    let written = cms.encode_ref().write_encoded(Mode::Der, &mut der);
    written.map(|()| der).map_err(|_| Error::Failed)
}
