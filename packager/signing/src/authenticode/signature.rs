//! Reads a signature.
//!
//! The content of Authenticode's `SignedData` is a sequence, as PKCS #7 allows it, and not a string of octets, as CMS wants it
//! (RFC 5652, section 5.2.1). So readers for CMS do not take it, and the frame is read here; what stands in it is common to both.
#![expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the methods themselves are not general enough in their lifetimes"
)]

use bcder::decode::{Constructed, DecodeError, Source};
use bcder::{Captured, ConstOid, Mode, OctetString, Oid, Tag};
use cryptographic_message_syntax::asn1::rfc5652::{
    CmsVersion, DigestAlgorithmIdentifiers, OID_ID_SIGNED_DATA, RevocationInfoChoices, SignerIdentifier, SignerInfo,
};
use x509_certificate::CapturedX509Certificate;
use x509_certificate::rfc5280::AlgorithmIdentifier;

use super::AuthenticodeError;
use crate::pkcs12::MOST_CERTIFICATES;

/// 1.3.6.1.4.1.311.2.1.4
pub(super) const SPC_INDIRECT_DATA: ConstOid = Oid(&[43, 6, 1, 4, 1, 130, 55, 2, 1, 4]);
/// 1.3.6.1.4.1.311.2.1.30
const SPC_SIPINFO: ConstOid = Oid(&[43, 6, 1, 4, 1, 130, 55, 2, 1, 30]);

/// Who understands digests of Windows Installer packages: {000C10F1-0000-0000-C000-000000000046}.
const MSI_SUBJECT: [u8; 16] = [0xf1, 0x10, 0x0c, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

/// A signature, read.
pub(super) struct ReadSignature {
    /// The version that it says it is of.
    pub(super) version: CmsVersion,
    /// The digests that it says it has.
    pub(super) digest_algorithms: DigestAlgorithmIdentifiers,
    /// What the digest of the signed attributes is over: the content, without its tag and length (RFC 2315, section 9.3).
    pub(super) content: Captured,
    /// The certificates, in DER.
    pub(super) certificates: Vec<CapturedX509Certificate>,
    /// The one signer.
    pub(super) signer: SignerInfo,
    /// What of `SignedData` stands before the signer, as it came.
    pub(super) before_signer: Captured,
}

/// What is signed of a package (`SpcIndirectDataContent`).
pub(super) struct PackageDigest {
    pub(super) algorithm: AlgorithmIdentifier,
    pub(super) digest: OctetString,
}

impl ReadSignature {
    /// Reads the `ContentInfo` in `der`, to its last byte.
    pub(super) fn parse(der: &[u8]) -> Result<Self, AuthenticodeError> {
        let whole = Constructed::decode(der, Mode::Der, |cons| cons.capture_one());
        let whole = whole.map_err(|_| AuthenticodeError::BadSignature)?;
        if whole.as_slice().len() != der.len() {
            return Err(AuthenticodeError::BadSignature);
        }
        let read = whole.decode(|cons| {
            cons.take_sequence(|cons| {
                expect(cons, &OID_ID_SIGNED_DATA)?;
                cons.take_constructed_if(Tag::CTX_0, |cons| cons.take_sequence(Self::take_signed_data))
            })
        });
        read.map_err(|_| AuthenticodeError::BadSignature)
    }

    fn take_signed_data<S: Source>(cons: &mut Constructed<'_, S>) -> Result<Self, DecodeError<S::Error>> {
        let (mut version, mut digest_algorithms) = (None, DigestAlgorithmIdentifiers::default());
        let (mut content, mut certificates) = (None, None);
        let before_signer = cons.capture(|cons| {
            version = Some(CmsVersion::take_from(cons)?);
            digest_algorithms = DigestAlgorithmIdentifiers::take_from(cons)?;
            content = Some(cons.take_sequence(|cons| {
                expect(cons, &SPC_INDIRECT_DATA)?;
                cons.take_constructed_if(Tag::CTX_0, |cons| cons.take_sequence(|cons| cons.capture_all()))
            })?);
            certificates = cons.take_opt_constructed_if(Tag::CTX_0, take_certificates)?;
            cons.take_opt_constructed_if(Tag::CTX_1, RevocationInfoChoices::take_from)?;
            Ok(())
        })?;
        let signer = cons.take_set(|cons| cons.take_sequence(SignerInfo::from_sequence))?;
        let (Some(version), Some(content), Some(certificates)) = (version, content, certificates) else {
            return Err(cons.content_err("there is no content"));
        };
        Ok(Self {
            version,
            digest_algorithms,
            content,
            certificates,
            signer,
            before_signer,
        })
    }

    /// The certificate that the signer names.
    pub(super) fn signers_certificate(&self) -> Result<CapturedX509Certificate, AuthenticodeError> {
        let SignerIdentifier::IssuerAndSerialNumber(signer) = &self.signer.sid else {
            return Err(AuthenticodeError::BadSignature);
        };
        let named = self.certificates.iter().find(|certificate| {
            signer.issuer == *certificate.issuer_name() && signer.serial_number == *certificate.serial_number_asn1()
        });
        named.cloned().ok_or(AuthenticodeError::BadSignature)
    }

    /// What the content says.
    pub(super) fn package_digest(&self) -> Result<PackageDigest, AuthenticodeError> {
        let read = self.content.clone().decode(|cons| {
            cons.take_sequence(|cons| {
                expect(cons, &SPC_SIPINFO)?;
                cons.take_sequence(|cons| {
                    cons.take_u8()?;
                    let subject = OctetString::take_from(cons)?;
                    if subject.to_bytes() != MSI_SUBJECT.as_slice() {
                        return Err(cons.content_err("it is not an msi"));
                    }
                    cons.skip_all()
                })
            })?;
            cons.take_sequence(|cons| {
                Ok(PackageDigest {
                    algorithm: AlgorithmIdentifier::take_from(cons)?,
                    digest: OctetString::take_from(cons)?,
                })
            })
        });
        read.map_err(|_| AuthenticodeError::BadSignature)
    }
}

/// The certificates, as they came: other kinds of `CertificateChoices` have other tags, and do not occur.
fn take_certificates<S: Source>(
    cons: &mut Constructed<'_, S>,
) -> Result<Vec<CapturedX509Certificate>, DecodeError<S::Error>> {
    let mut certificates = Vec::new();
    while certificates.len() < MOST_CERTIFICATES {
        let der = cons.capture(|cons| cons.take_opt_sequence(|cons| cons.skip_all()).map(drop))?;
        if der.as_slice().is_empty() {
            break;
        }
        let certificate = CapturedX509Certificate::from_der(der.as_slice());
        certificates.push(certificate.map_err(|_| cons.content_err("it is not a certificate"))?);
    }
    Ok(certificates)
}

fn expect<S: Source>(cons: &mut Constructed<'_, S>, expected: &ConstOid) -> Result<(), DecodeError<S::Error>> {
    if Oid::take_from(cons)? == *expected {
        Ok(())
    } else {
        Err(cons.content_err("another object identifier"))
    }
}
