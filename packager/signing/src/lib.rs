//! Signatures of packages.
//!
//! A composed package becomes a [`Signed`] one before it is finished: the type is the proof that the step was not
//! forgotten. Without a key for its format a package passes as it is, and says so.

use packager_artifact::Unsigned;

/// Whether a package carries a signature of its format.
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
}

impl Signed {
    /// Passes a package for whose format no key is configured.
    #[must_use]
    pub const fn without_key(composed: Unsigned) -> Self {
        Self {
            composed,
            signature: Signature::Absent,
        }
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
