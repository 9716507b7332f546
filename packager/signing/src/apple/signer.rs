//! What signs installer packages.

use apple_codesign::AppleCertificate;
use chrono::DateTime;
use cryptographic_message_syntax::asn1::rfc5652::{OID_ID_DATA, SignedData};
use cryptographic_message_syntax::{SignedDataBuilder, SignerBuilder};
use jiff::Timestamp;
use x509_certificate::CapturedX509Certificate;
use x509_certificate::asn1time::UtcTime;

use super::certificate::check_kind;
use super::chain;
use super::credentials::Credentials;
use super::key::InstallerKey;
use super::signature::{UnstampedSignature, encode};
use super::{InstallerError, InstallerSignature};
use crate::validity::Validity;
use crate::{Error, TimeStamps};

/// Room for a time-stamp token. Those of public authorities have 4 to 7 KiB, most of which are certificates.
const TIME_STAMP_BYTES: usize = 12 << 10;

/// How long signatures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignatureSizes {
    /// The RSA signature, in bytes.
    pub rsa_bytes: usize,
    /// The CMS signature with what fills it up, in bytes.
    pub cms_bytes: usize,
}

/// Signs with a Developer ID Installer certificate.
#[derive(Debug)]
pub struct InstallerSigner {
    key: InstallerKey,
    chain: Vec<CapturedX509Certificate>,
    validity: Validity,
    /// Of a CMS signature without a time stamp.
    bare_cms_bytes: usize,
}

impl InstallerSigner {
    /// Reads a certificate and its RSA key in PEM (PKCS#8 or PKCS#1). Certificates of issuers may stand beside the
    /// certificate; Apple's need not.
    ///
    /// # Errors
    /// [`Error::Installer`], which says what to do about credentials that would not work at the time `now`.
    pub fn from_pem(certificate: &[u8], key: &[u8], now: Timestamp) -> Result<Self, Error> {
        Self::new(Credentials::from_pem(certificate, key)?, now)
    }

    /// Reads a PKCS#12 file with certificate and key, as Keychain Access and OpenSSL export them.
    ///
    /// # Errors
    /// [`Error::Installer`], which says what to do about credentials that would not work at the time `now`.
    pub fn from_pkcs12(file: &[u8], password: &str, now: Timestamp) -> Result<Self, Error> {
        Self::new(Credentials::from_pkcs12(file, password)?, now)
    }

    fn new(credentials: Credentials, now: Timestamp) -> Result<Self, Error> {
        let Credentials {
            key,
            certificate,
            others,
        } = credentials;
        check_kind(&certificate)?;
        let validity = Validity::of(&certificate);
        validity.check(now).map_err(InstallerError::from)?;
        let mut signer = Self {
            chain: chain::complete(&certificate, &others),
            key,
            validity,
            bare_cms_bytes: 0,
        };
        // Nothing in it varies in length but a time stamp, so one signature tells how long all are.
        signer.bare_cms_bytes = encode(&signer.signed_data(b"", now)?)?.len();
        Ok(signer)
    }

    /// How long the signatures will be, for the table of contents: the RSA signature always, the CMS signature filled up
    /// to this length.
    #[must_use]
    pub fn sizes(&self, time_stamps: TimeStamps) -> SignatureSizes {
        SignatureSizes {
            rsa_bytes: self.key.signature_bytes(),
            cms_bytes: match time_stamps {
                TimeStamps::Without => self.bare_cms_bytes,
                TimeStamps::With => self.bare_cms_bytes + TIME_STAMP_BYTES,
            },
        }
    }

    /// The certificates for the table of contents, in DER: the signer's own, then each one's issuer.
    pub fn certificates(&self) -> impl Iterator<Item = &[u8]> {
        self.chain.iter().map(CapturedX509Certificate::constructed_data)
    }

    /// Signs the checksum of a table of contents (20 bytes of the style `sha1`, or 32 of `sha256`) at the time `at`. Takes
    /// the processor for milliseconds.
    ///
    /// # Errors
    /// [`Error::Installer`] if macOS would refuse a signature of that time; [`Error::Failed`].
    pub fn sign(&self, toc: &[u8], at: Timestamp) -> Result<UnstampedSignature, Error> {
        self.validity.check(at).map_err(InstallerError::from)?;
        let cms = self.signed_data(toc, at)?;
        Ok(UnstampedSignature::new(self.key.sign_checksum(toc)?, cms))
    }

    /// Whether both signatures are this signer's over the checksum, and a time stamp in them over the signature.
    ///
    /// # Errors
    /// [`Error::BadSignature`] if not.
    pub fn verify(&self, toc: &[u8], signature: &InstallerSignature) -> Result<(), Error> {
        signature.verify(toc, self.key.public())
    }

    fn signed_data(&self, toc: &[u8], at: Timestamp) -> Result<SignedData, Error> {
        let [own, issuers @ ..] = self.chain.as_slice() else {
            return Err(Error::Failed);
        };
        let at = DateTime::from_timestamp(at.as_second(), 0).ok_or(Error::Failed)?;
        let signer = SignerBuilder::new(&self.key, own.clone()).message_id_content(toc.to_vec());
        SignedDataBuilder::default()
            .content_type(bcder::Oid(OID_ID_DATA.as_ref().into()))
            .signer(signer)
            .certificates(issuers.iter().cloned())
            .signing_time(UtcTime::from(at))
            .build_signed_data()
            .map_err(|_| Error::Failed)
    }

    /// Whom the certificate names, for the log: `Developer ID Installer: Example, Inc. (AB12CD34EF)`.
    #[must_use]
    pub fn name(&self) -> String {
        let own = self.chain.first();
        own.and_then(|own| own.subject_common_name()).unwrap_or_default()
    }

    /// The team of the developer account, if the certificate names one.
    #[must_use]
    pub fn team(&self) -> Option<String> {
        self.chain.first().and_then(AppleCertificate::apple_team_id)
    }

    /// When the certificate expires.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.validity.until()
    }

    /// Whether the chain ends at a root of Apple's. macOS installs packages of other issuers only where somebody made
    /// the host trust them, and Apple does not notarize them.
    #[must_use]
    pub fn is_issued_by_apple(&self) -> bool {
        chain::ends_at_apple(&self.chain)
    }
}

impl From<InstallerError> for Error {
    fn from(error: InstallerError) -> Self {
        Self::Installer(error)
    }
}
