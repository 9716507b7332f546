use std::io::Cursor;

use super::package::{digest, package, with_signature};
use super::{AuthenticodeError, identity, list, now, sign, signer, verify};

#[tokio::test]
async fn osslsigncode_takes_the_package_and_none_with_a_flipped_byte() {
    let identity = identity();
    let (signer, scratch) = signer(&identity).await;
    let package = package("one");
    let signature = sign(&signer, &package).await.unwrap();
    signer.verify(&digest(&package), &signature).unwrap();
    let whole = with_signature(&package, &signature);
    let (good, text) = verify(&whole, &identity, &[]);
    assert!(good, "{text}");
    for words in [
        "Text description: Fleet osquery",
        "URL description: https://fleetdm.com",
        "sha256",
    ] {
        assert!(text.to_lowercase().contains(&words.to_lowercase()), "{words}: {text}");
    }
    for what in [&b"ProductName"[..], &[0, 1, 2, 3, 4, 5, 6, 7]] {
        let mut flipped = whole.clone();
        let at = flipped.windows(what.len()).position(|window| window == what).unwrap();
        flipped[at] ^= 1;
        let (good, text) = verify(&flipped, &identity, &[]);
        assert!(!good && text.contains("MISMATCH"), "{text}");
    }
    assert_eq!(list(scratch.path()), [] as [std::path::PathBuf; 0]);
}

#[tokio::test]
async fn a_signature_is_good_for_one_digest_and_one_signer() {
    let ((one, _scratch), (other, _other_scratch)) = (signer(&identity()).await, signer(&identity()).await);
    let package = package("one");
    let signature = sign(&one, &package).await.unwrap();
    let is_bad = |outcome| matches!(outcome, Err(AuthenticodeError::BadSignature));
    assert!(one.verify(&digest(&package), &signature).is_ok());
    assert!(is_bad(one.verify(&[7; 32], &signature)));
    assert!(is_bad(other.verify(&digest(&package), &signature)));
    assert!(is_bad(one.verify(&digest(&package), b"")));
}

/// Whatever byte of what a verifier looks at is another, the signature is no longer good. Bytes of an issuer's certificate, and of the
/// tool's own unsigned words, are left: nothing here depends on them.
#[tokio::test]
async fn a_signature_with_a_flipped_byte_is_not_good() {
    let identity = identity();
    let (signer, _scratch) = signer(&identity).await;
    let package = package("one");
    let digest = digest(&package);
    let signature = sign(&signer, &package).await.unwrap();
    let issuers = pem_contents(&identity.issuers_pem);
    let ignored: Vec<_> = issuers
        .iter()
        .map(|issuer| {
            let at = signature
                .windows(issuer.len())
                .position(|window| window == issuer)
                .unwrap();
            at..at + issuer.len()
        })
        .collect();
    let mut taken = Vec::new();
    for byte in 0..signature.len() {
        if ignored.iter().any(|range| range.contains(&byte)) {
            continue;
        }
        let mut flipped = signature.clone();
        flipped[byte] ^= 1;
        if signer.verify(&digest, &flipped).is_ok() {
            taken.push(byte);
        }
    }
    assert_eq!(taken, [] as [usize; 0]);
    let mut longer = signature;
    longer.push(0);
    assert!(signer.verify(&digest, &longer).is_err());
}

fn pem_contents(pem: &str) -> Vec<Vec<u8>> {
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject;
    CertificateDer::pem_slice_iter(pem.as_bytes())
        .map(|der| der.unwrap().to_vec())
        .collect()
}

#[tokio::test]
async fn nothing_is_signed_when_the_certificate_does_not_count() {
    let (signer, _scratch) = signer(&identity()).await;
    let write = |_: &mut std::fs::File| panic!("nothing is to be written");
    let later = now() + jiff::SignedDuration::from_hours(400 * 24);
    let error = signer.sign(later, write).await.unwrap_err();
    assert!(matches!(error, AuthenticodeError::Expired(_)), "{error}");
    let earlier = now() - jiff::SignedDuration::from_hours(48);
    let error = signer.sign(earlier, write).await.unwrap_err();
    assert!(matches!(error, AuthenticodeError::NotYetValid(_)), "{error}");
}

#[tokio::test]
async fn what_fails_while_the_package_is_written_is_said() {
    let (signer, scratch) = signer(&identity()).await;
    let error = signer
        .sign(now(), |_| Err(std::io::Error::other("a part is damaged")))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, AuthenticodeError::Write(source) if source.to_string() == "a part is damaged"),
        "{error}"
    );
    // More than there will ever be room for: the file has no content.
    let error = signer.sign(now(), |file| file.set_len(1 << 50)).await.unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, AuthenticodeError::NoRoom { .. }), "{text}");
    assert!(
        text.contains(scratch.path().to_str().unwrap()) && text.contains("1073741826 MiB"),
        "{text}"
    );
    assert_eq!(list(scratch.path()).len(), 0);
}

#[test]
fn a_package_can_be_read() {
    assert!(msi::Package::open(Cursor::new(package("one"))).is_ok());
}
