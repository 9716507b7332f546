//! SHA-1, for formats that know nothing better.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};

use crate::RunningDigest;

/// Length of a SHA-1 value.
pub const SHA1_SIZE: usize = 20;

/// A SHA-1 computation that may go on, or be kept and gone on from more than once. It says that bytes arrived as they were
/// sent; it is no proof of who sent them.
#[derive(Clone)]
pub struct Sha1State(Context);

impl Default for Sha1State {
    fn default() -> Self {
        Self(Context::new(&SHA1_FOR_LEGACY_USE_ONLY))
    }
}

impl fmt::Debug for Sha1State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha1State(..)")
    }
}

impl RunningDigest for Sha1State {
    fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

impl Sha1State {
    /// The SHA-1 of `data`.
    #[must_use]
    pub fn digest_of(data: &[u8]) -> [u8; SHA1_SIZE] {
        let mut state = Self::default();
        state.update(data);
        state.finish()
    }

    /// The digest of all bytes so far.
    #[must_use]
    pub fn finish(self) -> [u8; SHA1_SIZE] {
        let mut bytes = [0; SHA1_SIZE];
        let digest = self.0.finish();
        bytes.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_vector_holds() {
        // FIPS 180-4, "abc".
        let want = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(hex::encode(Sha1State::digest_of(b"abc")), want);
        let mut state = Sha1State::default();
        state.update(b"a");
        let mut other = state.clone();
        state.update(b"bc");
        other.update(b"x");
        assert_eq!(hex::encode(state.finish()), want);
    }
}
