//! The seam to whatever holds a key.

use std::fmt::Debug;

use jiff::Timestamp;
use packager_artifact::Sha256State;

use crate::Error;

/// Makes detached signatures, and knows whether one is good.
pub trait Signer: Debug + Send + Sync {
    /// A signature over `content`, dated `at`. Takes the processor for milliseconds.
    ///
    /// # Errors
    /// [`Error::NotYetValid`] or [`Error::Expired`] if hosts would refuse a signature of that time; [`Error::Failed`].
    fn sign(&self, content: Sha256State, at: Timestamp) -> Result<Vec<u8>, Error>;

    /// Whether `signature` is this signer's over `content`.
    ///
    /// # Errors
    /// [`Error::BadSignature`] if it is not.
    fn verify(&self, content: Sha256State, signature: &[u8]) -> Result<(), Error>;
}
