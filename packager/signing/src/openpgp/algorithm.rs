//! Which keys are strong enough, and known to every verifier.

use pgp::crypto::public_key::PublicKeyAlgorithm;
use pgp::types::{EddsaLegacyPublicParams, KeyDetails, PublicParams};
use rsa::traits::PublicKeyParts;

use crate::Error;

/// The shortest RSA modulus. NIST SP 800-131A allows no shorter one for signatures.
const MIN_RSA_BITS: usize = 2048;

/// Refuses keys whose signatures hosts would not, or should not, accept.
pub(super) fn check(key: &dyn KeyDetails) -> Result<(), Error> {
    match (key.algorithm(), key.public_params()) {
        (PublicKeyAlgorithm::RSA | PublicKeyAlgorithm::RSASign, PublicParams::RSA(public)) => {
            let bits = public.key.n().bits();
            (bits >= MIN_RSA_BITS).then_some(()).ok_or(Error::Weak { bits })
        }
        (PublicKeyAlgorithm::EdDSALegacy, PublicParams::EdDSALegacy(EddsaLegacyPublicParams::Ed25519 { .. })) => Ok(()),
        _ => Err(Error::Algorithm),
    }
}
