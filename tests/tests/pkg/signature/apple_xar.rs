//! What apple-codesign's verifier says, which is apple-xar.

use std::io::Cursor;

use ::apple_xar::reader::XarReader;

use super::{ALL, Places, flipped, signed_with};

/// Whether the table has its checksum, and whether each of the signatures is over that: RSA alone, and CMS.
fn verdict(package: &[u8]) -> [bool; 3] {
    let Ok(mut xar) = XarReader::new(Cursor::new(package)) else {
        return [false; 3];
    };
    [
        xar.verify_table_of_contents_checksum().unwrap_or(false),
        xar.verify_rsa_checksum_signature().unwrap_or(false),
        xar.verify_cms_signature().unwrap_or(false),
    ]
}

#[test]
fn it_accepts_both_signatures_and_neither_with_a_flipped_byte() {
    for certificate in ALL {
        let package = signed_with(certificate).bytes();
        assert_eq!(verdict(&package), [true; 3], "{certificate:?}");
        let Places { checksum, rsa, cms, .. } = Places::of(&package);
        for place in [checksum.start, checksum.end - 1] {
            assert_eq!(
                verdict(&flipped(&package, place)),
                [false; 3],
                "{certificate:?}: {place}"
            );
        }
        for place in [rsa.start, rsa.end - 1] {
            let verdict = verdict(&flipped(&package, place));
            assert_eq!(verdict, [true, false, true], "{certificate:?}: {place}");
        }
        // The signed attributes are in front of the signature; a time stamp and what fills up come behind it.
        let value = super::place_of(&checksum_digest(&package[checksum]), &package);
        for place in [cms.start, value, value + 100] {
            let verdict = verdict(&flipped(&package, place));
            assert_eq!(verdict, [true, true, false], "{certificate:?}: {place}");
        }
        let table = flipped(&package, 100);
        assert!(!verdict(&table)[0], "{certificate:?}");
    }
}

/// The attribute that says what is signed.
fn checksum_digest(checksum: &[u8]) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    Sha256::digest(checksum).to_vec()
}
