//! A key that signs.

use std::io::Cursor;

use jiff::Timestamp;
use packager_artifact::Sha256State;
use pgp::composed::{Deserializable, DetachedSignature};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{PacketTrait, Signature, SignatureVersion};
use pgp::types::VerifyingKey;

use super::candidate::choose;
use super::packet;
use super::private_key::PrivateKey;
use super::read::read;
use super::validity::Validity;
use crate::{Error, Signer};

/// Signs with an OpenPGP key: with its newest subkey for signing, or else with the primary key.
#[derive(Debug)]
pub struct OpenPgpSigner {
    private: PrivateKey,
    public: Box<dyn VerifyingKey + Send + Sync>,
    validity: Validity,
    is_protected: bool,
    is_subkey: bool,
}

impl OpenPgpSigner {
    /// Reads a secret key, binary or armored, as gpg exports it, and unlocks it.
    ///
    /// # Errors
    /// [`Error`], which says what to do about a key that would not work at the time `now`.
    pub fn load(key: &[u8], passphrase: Option<&[u8]>, now: Timestamp) -> Result<Self, Error> {
        let key = read(key)?;
        let candidate = choose(&key, now)?;
        Ok(Self {
            private: candidate.unlock(passphrase, PrivateKey::new)?,
            public: candidate.public(),
            validity: candidate.validity,
            is_protected: candidate.is_protected(),
            is_subkey: candidate.is_subkey(),
        })
    }

    /// The fingerprint of the key or subkey that signs, as gpg writes it. Policies of debsig-verify are named by it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("{:X}", self.public.fingerprint())
    }

    /// When the key expires, if it does.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.validity.until()
    }

    /// Whether a subkey signs. debsig-verify before version 0.30 finds no policy for one.
    #[must_use]
    pub const fn is_subkey(&self) -> bool {
        self.is_subkey
    }

    /// Whether a passphrase protected the key where it is kept.
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.is_protected
    }
}

impl Signer for OpenPgpSigner {
    fn sign(&self, content: Sha256State, at: Timestamp) -> Result<Vec<u8>, Error> {
        self.validity.check(at)?;
        let config = packet::config(&*self.public, at)?;
        let digest = packet::digest(content, &config)?;
        let [first, second, ..] = *digest.as_bytes();
        let signature = Signature::from_config(config, [first, second], self.private.sign(digest)?);
        let mut bytes = Vec::new();
        signature
            .and_then(|signature| signature.to_writer_with_header(&mut bytes))
            .map_err(|_| Error::Failed)?;
        Ok(bytes)
    }

    fn verify(&self, content: Sha256State, signature: &[u8]) -> Result<(), Error> {
        let bad = |_| Error::BadSignature;
        let signature = DetachedSignature::from_bytes(Cursor::new(signature))
            .map_err(bad)?
            .signature;
        let (Some(config), Some(numbers)) = (signature.config(), signature.signature()) else {
            return Err(Error::BadSignature);
        };
        if config.version() != SignatureVersion::V4 || config.hash_alg != HashAlgorithm::Sha256 {
            return Err(Error::BadSignature);
        }
        let digest = packet::digest(content, config)?;
        self.public
            .verify(HashAlgorithm::Sha256, digest.as_bytes(), numbers)
            .map_err(bad)
    }
}
