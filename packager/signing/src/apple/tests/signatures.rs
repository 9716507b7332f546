use packager_artifact::{Sha256Digest, sha1};
use packager_test_apple::{Identity, Kind};

use super::{now, openssl_takes, signed, signer, toc};
use crate::{Error, InstallerSignature, InstallerSigner, SignatureSizes, TimeStamps};

#[test]
fn openssl_takes_both_signatures_over_this_checksum_alone() {
    let identity = Identity::new(Kind::Installer, now());
    let signer = signer(&identity);
    let good = signed(&signer);
    assert_eq!(openssl_takes(&identity, &toc(), &good), (true, true));
    assert_eq!(signer.verify(&toc(), &good), Ok(()));

    let other = [7; 32];
    assert_eq!(openssl_takes(&identity, &other, &good), (false, false));
    assert_eq!(signer.verify(&other, &good), Err(Error::BadSignature));

    let mut bad = good.clone();
    bad.rsa[100] ^= 1;
    // The last bytes are the signature's value: no time stamp follows, and nothing fills up.
    let last = bad.cms.len() - 1;
    bad.cms[last] ^= 1;
    assert_eq!(openssl_takes(&identity, &toc(), &bad), (false, false));
    for part in [
        InstallerSignature {
            rsa: bad.rsa.clone(),
            ..good.clone()
        },
        InstallerSignature {
            cms: bad.cms.clone(),
            ..good.clone()
        },
    ] {
        assert_eq!(signer.verify(&toc(), &part), Err(Error::BadSignature));
    }
}

#[test]
fn no_other_signer_verifies_it() {
    let [one, other] = [0; 2].map(|_| signer(&Identity::new(Kind::Installer, now())));
    assert_eq!(other.verify(&toc(), &signed(&one)), Err(Error::BadSignature));
}

/// An archive with one file, as far as signatures go, with a checksum in this style.
fn xar(style: &str, signer: &InstallerSigner) -> Vec<u8> {
    use base64::Engine;
    let sizes = signer.sizes(TimeStamps::Without);
    let (number, checksum_bytes): (u32, usize) = if style == "sha1" { (1, 20) } else { (3, 32) };
    let certificates: Vec<String> = signer
        .certificates()
        .map(|der| base64::engine::general_purpose::STANDARD.encode(der))
        .map(|base64| format!("<X509Certificate>{base64}</X509Certificate>"))
        .collect();
    let certificates = certificates.concat();
    let element = |name: &str, style: &str, offset: usize, size: usize| {
        format!(
            "<{name} style=\"{style}\"><offset>{offset}</offset><size>{size}</size>\
             <KeyInfo xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><X509Data>{certificates}</X509Data></KeyInfo></{name}>"
        )
    };
    let toc = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><xar><toc><creation-time>2026-01-01T00:00:00</creation-time>\
         <checksum style=\"{style}\"><offset>0</offset><size>{checksum_bytes}</size></checksum>{}{}\
         <file id=\"1\"><name>Distribution</name><type>file</type></file></toc></xar>",
        element("signature", "RSA", checksum_bytes, sizes.rsa_bytes),
        element("x-signature", "CMS", checksum_bytes + sizes.rsa_bytes, sizes.cms_bytes),
    );
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut zlib, toc.as_bytes()).unwrap();
    let compressed = zlib.finish().unwrap();
    let checksum = match style {
        "sha1" => sha1(&compressed).to_vec(),
        _ => Sha256Digest::of(&compressed).as_bytes().to_vec(),
    };
    let signature = signer.sign(&checksum, now()).unwrap().filled_up(sizes).unwrap();
    assert_eq!(signer.verify(&checksum, &signature), Ok(()));
    [
        &b"xar!\0\x1c\0\x01"[..],
        &(compressed.len() as u64).to_be_bytes(),
        &(toc.len() as u64).to_be_bytes(),
        &number.to_be_bytes(),
        &compressed,
        &checksum,
        &signature.rsa,
        &signature.cms,
    ]
    .concat()
}

/// What apple-codesign says of an archive: of its checksum, its CMS signature, its RSA signature.
fn apple_codesign_says(archive: &[u8]) -> [bool; 3] {
    let Ok(mut reader) = apple_xar::reader::XarReader::new(std::io::Cursor::new(archive.to_vec())) else {
        return [false; 3];
    };
    [
        reader.verify_table_of_contents_checksum().unwrap_or(false),
        reader.verify_cms_signature().unwrap_or(false),
        reader.verify_rsa_checksum_signature().unwrap_or(false),
    ]
}

#[test]
fn apple_codesign_takes_a_signed_archive_and_none_with_a_flipped_byte() {
    let signer = signer(&Identity::new(Kind::Installer, now()));
    // It has RSA sign the hash of the checksum, which productsign does not where the checksum is a SHA-256 value itself.
    for (style, expected) in [("sha256", [true, true, false]), ("sha1", [true; 3])] {
        let archive = xar(style, &signer);
        assert_eq!(apple_codesign_says(&archive), expected, "{style}");
        let sizes = signer.sizes(TimeStamps::Without);
        let rsa = archive.len() - sizes.cms_bytes - sizes.rsa_bytes;
        for (byte, must_fail) in [
            (40, 0),
            (rsa - 1, 1),
            (archive.len() - 1, 1),
            (archive.len() - 200, 1),
            (rsa, 2),
        ] {
            let mut flipped = archive.clone();
            flipped[byte] ^= 1;
            assert!(!apple_codesign_says(&flipped)[must_fail], "{style}: byte {byte}");
        }
    }
}

#[test]
fn openssl_takes_signatures_over_a_checksum_of_sha1() {
    let identity = Identity::new(Kind::Installer, now());
    let signer = signer(&identity);
    let sign = |toc: &[u8]| {
        signer
            .sign(toc, now())
            .unwrap()
            .filled_up(signer.sizes(TimeStamps::Without))
            .unwrap()
    };
    let toc = sha1(b"a table of contents");
    assert_eq!(openssl_takes(&identity, &toc, &sign(&toc)), (true, true));
    assert_eq!(openssl_takes(&identity, &[7; 20], &sign(&toc)), (false, false));
}

#[test]
fn sizes_are_known_before_there_is_anything_to_sign() {
    let signer = signer(&Identity::new(Kind::Installer, now()));
    let sizes = signer.sizes(TimeStamps::Without);
    assert_eq!(sizes.rsa_bytes, 256);
    for content in ["a", "checksum", "another"] {
        let signature = signer.sign(content.as_bytes(), now()).unwrap();
        let cms = signature.filled_up(sizes).unwrap().cms;
        // A sequence with two bytes of length: it ends where the room does.
        assert_eq!(cms[..2], [0x30, 0x82]);
        assert_eq!(4 + usize::from(u16::from_be_bytes([cms[2], cms[3]])), sizes.cms_bytes);
    }
    let too_small = SignatureSizes {
        cms_bytes: sizes.cms_bytes - 1,
        ..sizes
    };
    let signature = signer.sign(&toc(), now()).unwrap().filled_up(too_small);
    assert_eq!(signature, Err(Error::TooLong));
}
