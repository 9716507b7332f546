//! The certificates in the table of contents.

use std::fs::File;

use ::apple_xar::reader::XarReader;
use ::apple_xar::table_of_contents::SignatureStyle;
use packager_tests::installer_certificate::identity;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::{ALL, signed_with};

#[test]
fn the_table_has_the_signer_first_and_then_each_ones_issuer() {
    let wanted: Vec<_> = CertificateDer::pem_slice_iter(identity().chain_pem().as_bytes())
        .map(|certificate| certificate.unwrap().to_vec())
        .collect();
    assert_eq!(wanted.len(), 3);
    for certificate in ALL {
        let xar = XarReader::new(File::open(signed_with(certificate).path()).unwrap()).unwrap();
        for style in [SignatureStyle::Rsa, SignatureStyle::Cms] {
            let signature = xar.table_of_contents().find_signature(style).unwrap();
            let found: Vec<_> = signature
                .x509_certificates()
                .unwrap()
                .iter()
                .map(|certificate| certificate.constructed_data().to_vec())
                .collect();
            assert!(found == wanted, "{certificate:?} {style}");
        }
    }
}
