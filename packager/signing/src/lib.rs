//! Signatures of packages.
//!
//! A composed package becomes a [`Signed`] one before it is finished: the type is the proof that the step was not
//! forgotten. Without a key for its format a package passes as it is, and says so.
//!
//! Signing has four steps. The format says which of a package's bytes are signed, and their SHA-256 goes on from a
//! remembered state (`packager_artifact::DigestMemo`): a signer is given a computation, never the bytes, so that no shared
//! part is read again. A [`Signer`] makes the signature, and verifies it as a host would. The format puts it in its place.
//!
//! Installer packages of macOS have two signatures over one checksum of some bytes, which [`InstallerSigner`] makes; between
//! making and attaching them, a time-stamping authority may be asked ([`TimeStampAuthority`]).
//!
//! Windows Installer packages are signed by `osslsigncode`, which takes whole files ([`AuthenticodeSigner`]): of its output the
//! signature alone is used, and attached to the composed package.
//!
//! Private keys are unlocked once, at the start, and not for each signature: a passphrase is stretched with as much work
//! as reading a package takes, and one that is kept at hand protects nothing that the unlocked key would not. An unlocked
//! key lives in AWS-LC, which zeroes what it frees and signs in constant time; signatures do not pass through the `rsa`
//! crate, whose private operations are known to leak timing (RUSTSEC-2023-0071). Keys for Authenticode are with OpenSSL or in a token.

mod apple;
mod authenticode;
mod error;
pub mod openpgp;
mod pkcs12;
mod release;
mod signed;
mod signer;
mod timestamp;
mod validity;

pub use apple::{InstallerError, InstallerSignature, InstallerSigner, SignatureSizes, UnstampedSignature};
pub use authenticode::{
    AuthenticodeCredentials, AuthenticodeError, AuthenticodeSettings, AuthenticodeSigner, Concern, Pkcs11Token,
    ToolText,
};
pub use error::Error;
pub use openpgp::OpenPgpSigner;
pub use release::{ReleaseKey, ReleasePublicKey};
pub use signed::{Signature, Signed};
pub use signer::Signer;
pub use timestamp::{TimeStampAuthority, TimeStampError, TimeStampRequest, TimeStampToken, TimeStamps};
