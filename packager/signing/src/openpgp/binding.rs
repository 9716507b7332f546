//! What a key's own signatures say of it: what it is for, when it expires, whether it is revoked.

use pgp::composed::{SignedSecretKey, SignedSecretSubKey};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Signature, SignatureType, SubpacketData};
use pgp::types::{Duration, SignedUser, Tag};

use crate::Error;

/// What the newest of a key's own signatures says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Binding {
    /// Whether it may sign data.
    pub(super) signs: bool,
    /// How long after its creation it expires.
    pub(super) expires_after: Option<Duration>,
}

impl Binding {
    fn said_by(signature: &Signature) -> Self {
        let config = signature.config();
        let flags = config.and_then(|config| {
            config.hashed_subpackets().find_map(|subpacket| match &subpacket.data {
                SubpacketData::KeyFlags(flags) => Some(flags.sign()),
                _ => None,
            })
        });
        Self {
            // A key that names no purpose is for all that its algorithm can do (RFC 9580, section 5.2.3.29).
            signs: flags.unwrap_or(true),
            expires_after: signature.key_expiration_time(),
        }
    }
}

/// Of the primary key: by its direct signatures and those over its user IDs.
///
/// # Errors
/// [`Error::Revoked`]; [`Error::Unbound`] if no signature counts.
pub(super) fn of_primary(key: &SignedSecretKey) -> Result<Binding, Error> {
    let primary = key.primary_key.public_key();
    let details = &key.details;
    if details
        .revocation_signatures
        .iter()
        .any(|revocation| revocation.verify_key(primary).is_ok())
    {
        return Err(Error::Revoked);
    }
    let direct = details
        .direct_signatures
        .iter()
        .filter(|signature| signature.verify_key(primary).is_ok());
    let certifications = details.users.iter().filter_map(|user| certification(key, user));
    let newest = direct.chain(certifications).filter(|signature| is_strong(signature));
    let newest = newest.max_by_key(|signature| signature.created());
    newest.map(Binding::said_by).ok_or(Error::Unbound)
}

/// The newest signature over a user ID, unless that revokes it.
fn certification<'a>(key: &SignedSecretKey, user: &'a SignedUser) -> Option<&'a Signature> {
    let primary = key.primary_key.public_key();
    user.signatures
        .iter()
        .filter(|signature| signature.verify_certification(primary, Tag::UserId, &user.id).is_ok())
        .max_by_key(|signature| signature.created())
        .filter(|newest| newest.typ() != Some(SignatureType::CertRevocation))
}

/// Of a subkey; none if no signature of the primary key counts that binds it.
///
/// # Errors
/// [`Error::Revoked`]; [`Error::Unbound`] for a subkey that would sign, but has not agreed to belong to the primary key
/// (RFC 9580, section 10.1.5): anybody could adopt somebody else's subkey.
pub(super) fn of_subkey(key: &SignedSecretKey, subkey: &SignedSecretSubKey) -> Result<Option<Binding>, Error> {
    let (primary, public) = (key.primary_key.public_key(), subkey.key.public_key());
    let own = || {
        let signatures = subkey.signatures.iter();
        signatures.filter(|signature| signature.verify_subkey_binding(primary, public).is_ok())
    };
    let bindings = own().filter(|signature| signature.typ() == Some(SignatureType::SubkeyBinding));
    let newest = bindings
        .filter(|signature| is_strong(signature))
        .max_by_key(|signature| signature.created());
    let Some(newest) = newest else { return Ok(None) };
    let binding = Binding::said_by(newest);
    if own().any(|signature| signature.typ() == Some(SignatureType::SubkeyRevocation)) {
        return Err(Error::Revoked);
    }
    let agreed = newest
        .embedded_signature()
        .is_some_and(|back| is_strong(back) && back.verify_primary_key_binding(public, primary).is_ok());
    if binding.signs && !agreed {
        return Err(Error::Unbound);
    }
    Ok(Some(binding))
}

/// Whether a signature is over a hash that debsig-verify accepts.
fn is_strong(signature: &Signature) -> bool {
    !matches!(
        signature.hash_alg(),
        None | Some(HashAlgorithm::Md5 | HashAlgorithm::Sha1 | HashAlgorithm::Ripemd160)
    )
}
