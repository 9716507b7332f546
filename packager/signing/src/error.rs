//! Why a key is refused, or a signature was not made.

use jiff::Timestamp;

use crate::InstallerError;

/// Why a key is refused, or a signature was not made. Its text is for the operator, says what to do, and holds nothing of
/// a key: what libraries said is left out, for they may quote what they read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The bytes are not an OpenPGP key, or one of a kind that is not known.
    #[error("it is not an OpenPGP secret key: export one with `gpg --armor --export-secret-keys FINGERPRINT`")]
    NotAKey,
    /// There is no secret in it.
    #[error("it is a public key: export the secret one with `gpg --armor --export-secret-keys FINGERPRINT`")]
    PublicOnly,
    /// There is more than one secret key.
    #[error("there are several keys in it: export one with `gpg --armor --export-secret-keys FINGERPRINT`")]
    SeveralKeys,
    /// Verifiers on hosts know version 4 alone.
    #[error("it is a version {0} key, which gpg on hosts cannot read: make a version 4 key")]
    Version(u8),
    /// Only the place of the secret is in it: the primary key is kept elsewhere, or the key is on a card.
    #[error(
        "the secret of the key that signs is not in it, only a stub: export the key where its secret is kept; a key on \
         a card cannot be exported"
    )]
    Stub,
    /// Nothing in it may sign.
    #[error(
        "neither the key nor a subkey of it may sign: add a subkey with `gpg --quick-add-key FINGERPRINT ed25519 sign`"
    )]
    CannotSign,
    /// It was revoked.
    #[error("it is revoked: make a new key")]
    Revoked,
    /// Its own signatures do not vouch for it.
    #[error(
        "no signature of its own vouches for it, or only ones over SHA-1 or weaker, which debsig-verify refuses: renew \
         them with `gpg --cert-digest-algo SHA512 --quick-set-expire FINGERPRINT never`"
    )]
    Unbound,
    /// RSA with a modulus that is too short.
    #[error("it is an RSA key of {bits} bits: make one of 4096 bits, or an Ed25519 key")]
    Weak {
        /// The length of the modulus.
        bits: usize,
    },
    /// An algorithm that is not used here.
    #[error("it is neither an RSA nor an Ed25519 key: make one with `gpg --quick-generate-key NAME ed25519 sign`")]
    Algorithm,
    /// It will count only later.
    #[error("it is valid from {0}, which this machine's clock has not reached: set the clock, or wait")]
    NotYetValid(Timestamp),
    /// Its time is over.
    #[error(
        "it expired at {0}: extend it with `gpg --quick-set-expire FINGERPRINT 2y` (a subkey: with `'*'` behind that) and export it again"
    )]
    Expired(Timestamp),
    /// The secret is locked, and there is nothing to unlock it with.
    #[error("the key is protected by a passphrase, and none is set")]
    PassphraseMissing,
    /// The secret cannot be unlocked with the passphrase.
    #[error("the key cannot be unlocked with this passphrase")]
    PassphraseWrong,
    /// The secret does not belong to the public key beside it.
    #[error("its secret and its public part do not fit together: export the key again")]
    Inconsistent,
    /// The text is not an Ed25519 private key in PEM.
    #[error("it is not an Ed25519 private key in PKCS#8 PEM: make one with `openssl genpkey -algorithm ed25519`")]
    NotAReleaseKey,
    /// The text is not an Ed25519 public key in PEM.
    #[error("it is not an Ed25519 public key in PEM: `openssl pkey -pubout` writes it")]
    NotAReleasePublicKey,
    /// The certificate or key for installer packages is refused.
    #[error(transparent)]
    Installer(InstallerError),
    /// There is not as much room as the signature takes.
    #[error("the signature is longer than the room for it: the time stamp has more certificates than are provided for")]
    TooLong,
    /// The signature could not be made.
    #[error("the signature could not be made")]
    Failed,
    /// The signature is not one of this key over this content.
    #[error("the signature is not good")]
    BadSignature,
}
