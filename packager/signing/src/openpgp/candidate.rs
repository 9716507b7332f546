//! Which key of a file signs: the newest subkey that may and can, or else the primary key.

use jiff::Timestamp;
use pgp::composed::SignedSecretKey;
use pgp::packet::{SecretKey, SecretSubkey};
use pgp::types::{
    KeyDetails, Password, PlainSecretParams, PublicParams, S2kParams, SecretParams, StringToKey, VerifyingKey,
};

use super::validity::Validity;
use super::{algorithm, binding};
use crate::Error;

/// A key of the file that may sign.
#[derive(Debug)]
pub(super) struct Candidate<'a> {
    key: Key<'a>,
    pub(super) validity: Validity,
}

enum Key<'a> {
    Primary(&'a SecretKey),
    Subkey(&'a SecretSubkey),
}

/// The key that signs.
///
/// # Errors
/// Why the primary key is of no use, or else why the first of those that may sign is not; [`Error::CannotSign`] if none
/// may.
pub(super) fn choose(key: &SignedSecretKey, now: Timestamp) -> Result<Candidate<'_>, Error> {
    let primary = binding::of_primary(key)?;
    let validity = Validity::of(&key.primary_key, primary.expires_after);
    validity.check(now)?;

    let mut subkeys: Vec<_> = key.secret_subkeys.iter().collect();
    subkeys.sort_by_key(|subkey| std::cmp::Reverse(subkey.key.created_at()));
    let subkeys = subkeys.into_iter().filter_map(|subkey| {
        let binding = match binding::of_subkey(key, subkey) {
            Ok(binding) => binding.filter(|binding| binding.signs)?,
            Err(error) => return Some(Err(error)),
        };
        let candidate = Candidate {
            key: Key::Subkey(&subkey.key),
            validity: Validity::of(&subkey.key, binding.expires_after).and(validity),
        };
        Some(candidate.checked(now))
    });
    let primary = primary.signs.then(|| {
        let candidate = Candidate {
            key: Key::Primary(&key.primary_key),
            validity,
        };
        candidate.checked(now)
    });
    let mut first_error = None;
    for candidate in subkeys.chain(primary) {
        match candidate {
            Ok(candidate) => return Ok(candidate),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or(Error::CannotSign))
}

impl Candidate<'_> {
    fn checked(self, now: Timestamp) -> Result<Self, Error> {
        self.validity.check(now)?;
        algorithm::check(self.details())?;
        if is_stub(self.secret_params()) {
            return Err(Error::Stub);
        }
        Ok(self)
    }

    /// Its public part.
    pub(super) fn public(&self) -> Box<dyn VerifyingKey + Send + Sync> {
        match self.key {
            Key::Primary(key) => Box::new(key.public_key().clone()),
            Key::Subkey(key) => Box::new(key.public_key().clone()),
        }
    }

    pub(super) const fn is_subkey(&self) -> bool {
        matches!(self.key, Key::Subkey(_))
    }

    /// Whether a passphrase protects its secret.
    pub(super) fn is_protected(&self) -> bool {
        self.secret_params().is_encrypted()
    }

    /// Calls `take` with the unlocked secret, which is zeroed afterwards.
    ///
    /// # Errors
    /// [`Error::PassphraseMissing`], [`Error::PassphraseWrong`], and those of `take`.
    pub(super) fn unlock<T>(
        &self,
        passphrase: Option<&[u8]>,
        take: impl FnOnce(&PublicParams, &PlainSecretParams) -> Result<T, Error>,
    ) -> Result<T, Error> {
        if self.is_protected() && passphrase.is_none() {
            return Err(Error::PassphraseMissing);
        }
        let password = Password::from(passphrase.unwrap_or_default());
        let take = |public: &PublicParams, secret: &PlainSecretParams| Ok(take(public, secret));
        let taken = match self.key {
            Key::Primary(key) => key.unlock(&password, take),
            Key::Subkey(key) => key.unlock(&password, take),
        };
        taken.and_then(|taken| taken).map_err(|_| Error::PassphraseWrong)?
    }

    fn details(&self) -> &dyn KeyDetails {
        match self.key {
            Key::Primary(key) => key,
            Key::Subkey(key) => key,
        }
    }

    fn secret_params(&self) -> &SecretParams {
        match self.key {
            Key::Primary(key) => key.secret_params(),
            Key::Subkey(key) => key.secret_params(),
        }
    }
}

/// gpg's sign for a secret that is kept elsewhere: a way to stretch a passphrase from the range for private use
/// (`GnuPG`, doc/DETAILS, "GNU extensions to the S2K algorithm").
fn is_stub(secret: &SecretParams) -> bool {
    let SecretParams::Encrypted(encrypted) = secret else {
        return false;
    };
    match encrypted.string_to_key_params() {
        S2kParams::Cfb { s2k, .. } | S2kParams::MalleableCfb { s2k, .. } | S2kParams::Aead { s2k, .. } => {
            matches!(s2k, StringToKey::Private { .. })
        }
        S2kParams::Unprotected | S2kParams::LegacyCfb { .. } => false,
    }
}

/// Prints nothing of the secret.
impl std::fmt::Debug for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Key::Primary(_) => "Primary",
            Key::Subkey(_) => "Subkey",
        })
    }
}
