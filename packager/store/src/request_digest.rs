//! What is kept of a request for as long as its package lives.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The SHA-256 of a canonical request. It would let anybody try requests against it, so it is only ever in memory and in
/// sealed files; the index holds a [`crate::Fingerprint`], made from it with a key. Being kept, it lets a finished package
/// have a new fingerprint when the key changes, though the request itself is gone.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct RequestDigest(Zeroizing<[u8; 32]>);

impl RequestDigest {
    pub(crate) fn of(canonical: &[u8]) -> Self {
        Self(Zeroizing::new(Sha256::digest(canonical).into()))
    }

    pub(crate) fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RequestDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RequestDigest(..)")
    }
}

impl TryFrom<String> for RequestDigest {
    type Error = hex::FromHexError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let text = Zeroizing::new(text);
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.as_bytes(), bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }
}

impl From<RequestDigest> for String {
    fn from(digest: RequestDigest) -> Self {
        hex::encode(digest.expose())
    }
}
