//! Whether a signature is good.

use bcder::decode::Constructed;
use bcder::{ConstOid, Mode, OctetString, Oid};
use cryptographic_message_syntax::SignedData;
use cryptographic_message_syntax::asn1::rfc5652::{CmsVersion, OID_CONTENT_TYPE, OID_MESSAGE_DIGEST};
use packager_artifact::Sha256Digest;
use x509_certificate::DigestAlgorithm;
use x509_certificate::rfc5280::AlgorithmIdentifier;
use x509_certificate::rfc5652::Attribute;

use super::AuthenticodeError;
use super::certificate::SignerCertificate;
use super::signature::{ReadSignature, SPC_INDIRECT_DATA};
use super::stamp::{SPC_RFC3161, imprint};
use crate::TimeStamps;

impl ReadSignature {
    /// Whether it is this certificate's, over this digest of a package, with a time stamp if there is to be one.
    pub(super) fn verify(
        &self,
        digest: &[u8; 32],
        by: &SignerCertificate,
        time_stamps: TimeStamps,
    ) -> Result<(), AuthenticodeError> {
        let package = self.package_digest()?;
        let is_good = self.is_of_version_1()
            && is_sha256(&package.algorithm)
            && package.digest.to_bytes() == digest.as_slice()
            && self.names(by)
            && self.covers_its_content()
            && self.is_signed(by)
            && self.is_stamped(time_stamps);
        if is_good {
            Ok(())
        } else {
            Err(AuthenticodeError::BadSignature)
        }
    }

    /// Whether it is a `SignedData` of PKCS #7, and its one digest is SHA-256 (RFC 2315, sections 9.1 and 9.2).
    fn is_of_version_1(&self) -> bool {
        (self.version, self.signer.version) == (CmsVersion::V1, CmsVersion::V1)
            && matches!(self.digest_algorithms.as_slice(), [algorithm] if is_sha256(algorithm))
    }

    /// Whether it has the certificate, and says that it is the signer's.
    fn names(&self, by: &SignerCertificate) -> bool {
        let named = self.signers_certificate();
        named.is_ok_and(|named| named.constructed_data() == by.certificate().constructed_data())
    }

    /// Whether the signed attributes are those of the content.
    fn covers_its_content(&self) -> bool {
        let Some(attributes) = &self.signer.signed_attributes else {
            return false;
        };
        let content_type =
            one(attributes, &OID_CONTENT_TYPE).and_then(|der| Constructed::decode(der, Mode::Der, Oid::take_from).ok());
        let digest = one(attributes, &OID_MESSAGE_DIGEST)
            .and_then(|der| Constructed::decode(der, Mode::Der, OctetString::take_from).ok());
        let expected = Sha256Digest::of(self.content.as_slice());
        is_sha256(&self.signer.digest_algorithm)
            && content_type.is_some_and(|oid| oid == SPC_INDIRECT_DATA)
            && digest.is_some_and(|digest| digest.to_bytes() == expected.as_bytes().as_slice())
    }

    fn is_signed(&self, by: &SignerCertificate) -> bool {
        let signed = self.signer.signed_attributes_digested_content();
        match signed {
            Ok(Some(signed)) => {
                by.signs_with(&self.signer.signature_algorithm.algorithm)
                    && has_no_parameters(&self.signer.signature_algorithm)
                    && by.has_signed(&signed, &self.signer.signature.to_bytes())
            }
            _ => false,
        }
    }

    fn is_stamped(&self, time_stamps: TimeStamps) -> bool {
        let attributes = self.signer.unsigned_attributes.as_deref();
        let token = attributes.and_then(|attributes| one(attributes, &SPC_RFC3161));
        match (time_stamps, token) {
            (TimeStamps::With, None) => false,
            (TimeStamps::Without, None) => true,
            (_, Some(token)) => SignedData::parse_ber(token)
                .is_ok_and(|token| crate::timestamp::check_token(&token, imprint(self)).is_ok()),
        }
    }
}

/// The value of an attribute that is there once, with one value.
fn one<'a>(attributes: &'a [Attribute], oid: &ConstOid) -> Option<&'a [u8]> {
    let mut found = attributes.iter().filter(|attribute| attribute.typ == *oid);
    match (found.next(), found.next()) {
        (Some(attribute), None) => match attribute.values.as_slice() {
            [value] => Some(value.as_slice()),
            _ => None,
        },
        _ => None,
    }
}

fn is_sha256(algorithm: &AlgorithmIdentifier) -> bool {
    algorithm.algorithm == AlgorithmIdentifier::from(DigestAlgorithm::Sha256).algorithm && has_no_parameters(algorithm)
}

/// Whether there are none, or NULL, which is how older algorithms say it.
fn has_no_parameters(algorithm: &AlgorithmIdentifier) -> bool {
    let parameters = algorithm.parameters.as_ref();
    parameters.is_none_or(|parameters| parameters.as_slice() == [5, 0])
}
