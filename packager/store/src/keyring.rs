//! The keys that come from the master key: HKDF-SHA256 (RFC 5869) with an empty salt and one `info` a purpose.

use std::fmt;

use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::MasterKey;
use crate::key_check::Check;
use crate::request_digest::RequestDigest;

/// Keys derived from the master key.
pub(crate) struct Keyring {
    wrapping: XChaCha20Poly1305,
    /// That of the key which is being replaced, during a rotation.
    replaced: Option<XChaCha20Poly1305>,
    fingerprint: Hmac<Sha256>,
    check: Check,
}

impl Keyring {
    pub(crate) fn derive(master: &MasterKey) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, master.expose());
        let wrapping = expand::<32>(&hkdf, b"fleet-packager 1 wrapping key");
        // One block of the hash, which is the longest key that HMAC takes as it is.
        let fingerprint = expand::<64>(&hkdf, b"fleet-packager 1 fingerprint key");
        Self {
            wrapping: XChaCha20Poly1305::new(&Key::from(*wrapping)),
            replaced: None,
            fingerprint: KeyInit::new(&(*fingerprint).into()),
            check: Check(*expand(&hkdf, b"fleet-packager 1 key check")),
        }
    }

    /// Lets files open that are still sealed under the key that is being replaced.
    pub(crate) fn with_replaced(self, old: Self) -> Self {
        Self {
            replaced: Some(old.wrapping),
            ..self
        }
    }

    /// Wraps and unwraps package keys.
    pub(crate) const fn wrapping(&self) -> &XChaCha20Poly1305 {
        &self.wrapping
    }

    /// Unwraps package keys of the key that is being replaced.
    pub(crate) const fn replaced(&self) -> Option<&XChaCha20Poly1305> {
        self.replaced.as_ref()
    }

    /// HMAC-SHA256 (RFC 2104) of a request's digest.
    pub(crate) fn fingerprint(&self, request: &RequestDigest) -> Fingerprint {
        let mut mac = self.fingerprint.clone();
        mac.update(request.expose());
        Fingerprint(mac.finalize().into_bytes().into())
    }

    /// A value that tells this key from another and, being derived one way, says nothing else about it.
    pub(crate) const fn check(&self) -> Check {
        self.check
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keyring(..)")
    }
}

fn expand<const N: usize>(hkdf: &Hkdf<Sha256>, info: &[u8]) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    #[expect(clippy::expect_used, reason = "RFC 5869 section 2.3: up to 255 hash lengths")]
    hkdf.expand(info, key.as_mut_slice()).expect("a key of HKDF-SHA256");
    key
}

/// A keyed hash of a canonical request: two requests are the same when their fingerprints are. Nothing can be learned
/// from it without the key. Compared in constant time.
#[expect(clippy::derived_hash_with_manual_eq, reason = "equal bytes have equal hashes")]
#[derive(Clone, Copy, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for Fingerprint {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fingerprint(..)")
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes)?;
        Ok(Self(bytes))
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        hex::encode(fingerprint.0)
    }
}
