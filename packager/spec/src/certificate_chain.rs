//! `fleet-certificate`, `update-tls-certificate`, `fleet-tls-client-certificate`

use packager_api::SecretText;
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer as _, X509Certificate};
use zeroize::Zeroizing;

use crate::{InvalidValue, pem, text::text_newtype};

const LABEL: &str = "CERTIFICATE";

text_newtype! {
    /// One or more X.509 certificates, given as at most 64 KiB of PEM and kept as PEM that holds nothing else: a private
    /// key that was pasted with them is refused, and text around them is dropped.
    CertificateChain,
    /// The certificates in PEM, in the order given.
    as_pem
}

impl CertificateChain {
    /// The first certificate: the one that speaks for its holder when this is a holder's chain.
    pub(crate) fn first_der(&self) -> Option<CertificateDer<'static>> {
        let first = pem::blocks(self.as_pem()).ok()?.into_iter().next()?;
        Some(CertificateDer::from(first.der.to_vec()))
    }
}

impl TryFrom<&str> for CertificateChain {
    type Error = InvalidValue;

    fn try_from(text: &str) -> Result<Self, InvalidValue> {
        let blocks = pem::blocks(text)?;
        if blocks.is_empty() || blocks.iter().any(|block| block.label != LABEL) {
            return Err(InvalidValue::new(
                "must hold certificates in PEM, at least one, and nothing else in PEM",
            ));
        }
        let bound = blocks.iter().map(|block| pem::encoded_bound(LABEL, &block.der)).sum();
        let mut canonical = Zeroizing::new(String::with_capacity(bound));
        for (index, block) in blocks.iter().enumerate() {
            match X509Certificate::from_der(&block.der) {
                Ok(([], _)) => pem::encode(LABEL, &block.der, &mut canonical),
                _ => return Err(InvalidValue::new(format!("certificate {} must be X.509", index + 1))),
            }
        }
        Ok(Self(SecretText::from(canonical)))
    }
}
