//! Reads a key file.

use pgp::composed::{PublicOrSecret, SignedSecretKey};
use pgp::types::{KeyDetails, KeyVersion};

use crate::Error;

/// The one secret key in `bytes`, binary or armored.
pub(super) fn read(bytes: &[u8]) -> Result<SignedSecretKey, Error> {
    let (keys, _armor_headers) = PublicOrSecret::from_reader_many_buf(bytes).map_err(|_| Error::NotAKey)?;
    let mut secret = None;
    let mut public = false;
    for key in keys {
        match key.map_err(|_| Error::NotAKey)? {
            PublicOrSecret::Public(_) => public = true,
            PublicOrSecret::Secret(key) if secret.is_none() => secret = Some(key),
            PublicOrSecret::Secret(_) => return Err(Error::SeveralKeys),
        }
    }
    let key = secret.ok_or(if public { Error::PublicOnly } else { Error::NotAKey })?;
    match key.primary_key.version() {
        KeyVersion::V4 => Ok(key),
        other => Err(Error::Version(other.into())),
    }
}
