use std::io;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::document::canonical_json;

/// A key that signs for a role.
pub(crate) struct SampleKey {
    pair: Ed25519KeyPair,
    json: Value,
    id: String,
}

impl SampleKey {
    pub(crate) fn generate() -> io::Result<Self> {
        let pair = Ed25519KeyPair::generate().map_err(io::Error::other)?;
        let json = json!({
            "keytype": "ed25519",
            "scheme": "ed25519",
            "keyid_hash_algorithms": ["sha256", "sha512"],
            "keyval": {"public": hex::encode(pair.public_key())},
        });
        let id = key_id(&json)?;
        Ok(Self { pair, json, id })
    }

    /// The key as `root.json` lists it.
    pub(crate) fn json(&self) -> &Value {
        &self.json
    }

    /// The key's KEYID.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn sign(&self, message: &[u8]) -> String {
        hex::encode(self.pair.sign(message))
    }
}

/// KEYID: "the hexdigest of the SHA-256 hash of the canonical form of the key".
pub(crate) fn key_id(json: &Value) -> io::Result<String> {
    Ok(hex::encode(Sha256::digest(canonical_json(json)?)))
}
