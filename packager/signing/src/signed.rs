//! A package that has been through the signing step.

use jiff::Timestamp;
use packager_artifact::{Sha256Digest, Sha256State, Unsigned};

use crate::{AuthenticodeError, AuthenticodeSigner, Error, InstallerSignature, InstallerSigner, Signer};

/// Whether a package carries a signature of its format, in itself or beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// It does.
    Present,
    /// It does not: no key is configured for its format.
    Absent,
}

/// A composed package that has been through the signing step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    composed: Unsigned,
    signature: Signature,
    detached: Option<Vec<u8>>,
}

impl Signed {
    /// Passes a package for whose format no key is configured.
    #[must_use]
    pub const fn without_key(composed: Unsigned) -> Self {
        Self {
            composed,
            signature: Signature::Absent,
            detached: None,
        }
    }

    /// Signs `content`, which is what the package's format says is signed, at the time `at`. `attach` puts the signature
    /// into the package. It is only called with a signature that has been verified: a fault in a computation with a
    /// private key can give the key away.
    ///
    /// # Errors
    /// Those of [`Signer::sign`], [`Signer::verify`] and `attach`.
    pub fn with_key<E: From<Error>>(
        signer: &dyn Signer,
        content: Sha256State,
        at: Timestamp,
        attach: impl FnOnce(&[u8]) -> Result<Unsigned, E>,
    ) -> Result<Self, E> {
        Ok(Self {
            composed: attach(&verified_signature(signer, content, at)?)?,
            signature: Signature::Present,
            detached: None,
        })
    }

    /// The same for a pkg, which has two signatures over the checksum `toc` of its table of contents. `attach` puts them, one
    /// after the other, into the package; it is only called with signatures that have been verified.
    ///
    /// # Errors
    /// Those of [`InstallerSigner::verify`] and `attach`.
    pub fn with_installer_signature<E: From<Error>>(
        signer: &InstallerSigner,
        toc: &[u8],
        signature: &InstallerSignature,
        attach: impl FnOnce(&[u8]) -> Result<Unsigned, E>,
    ) -> Result<Self, E> {
        signer.verify(toc, signature)?;
        Ok(Self {
            composed: attach(&[&*signature.rsa, &signature.cms].concat())?,
            signature: Signature::Present,
            detached: None,
        })
    }

    /// The same for an msi, whose signature over `digest` [`AuthenticodeSigner::sign`] has made.
    ///
    /// # Errors
    /// Those of [`AuthenticodeSigner::verify`] and `attach`.
    pub fn with_authenticode<E: From<AuthenticodeError>>(
        signer: &AuthenticodeSigner,
        digest: Sha256Digest,
        signature: &[u8],
        attach: impl FnOnce(&[u8]) -> Result<Unsigned, E>,
    ) -> Result<Self, E> {
        signer.verify(digest.as_bytes(), signature)?;
        Ok(Self {
            composed: attach(signature)?,
            signature: Signature::Present,
            detached: None,
        })
    }

    /// The same for a format that has its signature beside the package, which stays as it is.
    ///
    /// # Errors
    /// Those of [`Signer::sign`] and [`Signer::verify`].
    pub fn beside(signer: &dyn Signer, content: Sha256State, at: Timestamp, composed: Unsigned) -> Result<Self, Error> {
        Ok(Self {
            composed,
            signature: Signature::Present,
            detached: Some(verified_signature(signer, content, at)?),
        })
    }

    /// The signature, if it is [beside](Signed::beside) the package.
    pub const fn take_detached(&mut self) -> Option<Vec<u8>> {
        self.detached.take()
    }

    /// Whether the package carries a signature.
    #[must_use]
    pub const fn signature(&self) -> Signature {
        self.signature
    }

    /// The package, signature included.
    #[must_use]
    pub fn into_composed(self) -> Unsigned {
        self.composed
    }
}

fn verified_signature(signer: &dyn Signer, content: Sha256State, at: Timestamp) -> Result<Vec<u8>, Error> {
    let signature = signer.sign(content.clone(), at)?;
    signer.verify(content, &signature)?;
    Ok(signature)
}
