//! SHA-1, for formats that know nothing better.

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Length of a SHA-1 value.
pub const SHA1_SIZE: usize = 20;

/// The SHA-1 of `data`. It says that bytes arrived as they were sent; whoever chooses the bytes can make two with the same.
#[must_use]
pub fn sha1(data: &[u8]) -> [u8; SHA1_SIZE] {
    let mut bytes = [0; SHA1_SIZE];
    let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, data);
    bytes.iter_mut().zip(digest.as_ref()).for_each(|(to, from)| *to = *from);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_vector_holds() {
        // FIPS 180-4, "abc".
        let want = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(hex::encode(sha1(b"abc")), want);
    }
}
