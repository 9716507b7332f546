//! The release key: what a package's digest is signed with when it is downloaded, whatever its format.

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use packager_artifact::Sha256Digest;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivatePkcs8KeyDer, SubjectPublicKeyInfoDer};

use crate::Error;

/// An Ed25519 key that signs digests of packages.
///
/// What is signed is not the package but the text `sha256:` with the SHA-256 of the package in lower-case hexadecimal. A
/// client can so hash a download as it comes, and check the signature before or after it; Ed25519 itself would want the
/// whole message twice. Signatures are deterministic (RFC 8032, section 5.1.6).
#[derive(Debug)]
pub struct ReleaseKey(Ed25519KeyPair);

impl ReleaseKey {
    /// Reads a private key in PKCS#8 PEM (RFC 8410).
    ///
    /// # Errors
    /// [`Error::NotAReleaseKey`].
    pub fn from_pem(pem: &[u8]) -> Result<Self, Error> {
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem).map_err(|_| Error::NotAReleaseKey)?;
        // OpenSSL writes the form without the public key.
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der());
        key.map(Self).map_err(|_| Error::NotAReleaseKey)
    }

    /// The signature (64 bytes) of a package with this digest.
    ///
    /// # Errors
    /// [`Error::Failed`].
    pub fn sign(&self, package: Sha256Digest) -> Result<[u8; 64], Error> {
        let signature = self
            .0
            .try_sign(message(package).as_bytes())
            .map_err(|_| Error::Failed)?;
        signature.as_ref().try_into().map_err(|_| Error::Failed)
    }
}

/// The public half of a [`ReleaseKey`], for a client that checks what it downloaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasePublicKey([u8; 32]);

/// What an Ed25519 key is preceded by in a `SubjectPublicKeyInfo`, which has no other form (RFC 8410, section 4).
const SUBJECT_PUBLIC_KEY_INFO: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

impl ReleasePublicKey {
    /// Reads a public key in `SubjectPublicKeyInfo` PEM (RFC 8410), as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// [`Error::NotAReleasePublicKey`], also for a private key: a client has no business with it.
    pub fn from_pem(pem: &[u8]) -> Result<Self, Error> {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| Error::NotAReleasePublicKey)?;
        let key = der.as_ref().strip_prefix(SUBJECT_PUBLIC_KEY_INFO);
        key.and_then(|key| key.try_into().ok())
            .map(Self)
            .ok_or(Error::NotAReleasePublicKey)
    }

    /// Whether `signature` is this key's for a package with this digest.
    #[must_use]
    pub fn verifies(&self, package: Sha256Digest, signature: &[u8]) -> bool {
        let key = UnparsedPublicKey::new(&ED25519, &self.0);
        key.verify(message(package).as_bytes(), signature).is_ok()
    }
}

/// What is signed for a package with this digest.
fn message(package: Sha256Digest) -> String {
    format!("sha256:{package}")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    const KEY: &[u8] = include_bytes!("../../../fixtures/openpgp/release.pem");
    const PUBLIC: &[u8] = include_bytes!("../../../fixtures/openpgp/release.pub.pem");

    #[test]
    fn openssl_accepts_the_signature_of_this_digest_alone() {
        let folder = tempfile::tempdir().unwrap();
        let public = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/openpgp/release.pub.pem");
        let digest = Sha256Digest::of(b"package");
        let signature = ReleaseKey::from_pem(KEY).unwrap().sign(digest).unwrap();
        std::fs::write(folder.path().join("signature"), signature).unwrap();
        for (content, accepted) in [("package", true), ("another", false)] {
            // As docs/signing.md has it.
            let script = format!(
                "printf {content} >package; printf 'sha256:%s' \"$(sha256sum package | cut -d ' ' -f 1)\" >digest; \
                 openssl pkeyutl -verify -pubin -inkey {public} -rawin -in digest -sigfile signature"
            );
            let output = Command::new("sh")
                .args(["-euc", &script])
                .current_dir(folder.path())
                .output()
                .unwrap();
            assert_eq!(output.status.success(), accepted, "{output:?}");
        }
    }

    #[test]
    fn the_public_half_accepts_the_signature_of_this_digest_alone() {
        let public = ReleasePublicKey::from_pem(PUBLIC).unwrap();
        let digest = Sha256Digest::of(b"package");
        let signature = ReleaseKey::from_pem(KEY).unwrap().sign(digest).unwrap();
        assert!(public.verifies(digest, &signature));
        assert!(!public.verifies(Sha256Digest::of(b"another"), &signature));
        assert!(!public.verifies(digest, &signature[..63]) && !public.verifies(digest, &[]));
        for place in 0..signature.len() {
            let mut changed = signature;
            changed[place] ^= 1;
            assert!(!public.verifies(digest, &changed), "{place}");
        }
    }

    #[test]
    fn what_is_no_public_half_is_refused() {
        for other in [
            KEY,
            include_bytes!("../../../fixtures/openpgp/release-p256.pem"),
            include_bytes!("../../../fixtures/openpgp/public.asc"),
            b"",
            &PUBLIC[..60],
        ] {
            assert_eq!(
                ReleasePublicKey::from_pem(other).unwrap_err(),
                Error::NotAReleasePublicKey
            );
        }
    }

    #[test]
    fn other_keys_are_refused() {
        for other in [
            &include_bytes!("../../../fixtures/openpgp/release-p256.pem")[..],
            include_bytes!("../../../fixtures/openpgp/release.pub.pem"),
            include_bytes!("../../../fixtures/openpgp/ed25519.asc"),
            b"",
            &KEY[..60],
        ] {
            assert_eq!(ReleaseKey::from_pem(other).unwrap_err(), Error::NotAReleaseKey);
        }
    }
}
