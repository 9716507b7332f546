//! `ar` archives as deb(5) has them: plain names, no symbol table.

use crate::Error;

/// What an archive begins with.
pub(super) const MAGIC: &[u8; 8] = b"!<arch>\n";

/// The 60-byte header of a member (deb(5), "FORMAT"; ar(5)).
///
/// # Errors
/// [`Error::Invalid`] if the size has more than ten digits.
pub(super) fn header(name: &str, size_bytes: u64, build_time: u64) -> Result<Vec<u8>, Error> {
    let header = format!(
        "{name:<16}{build_time:<12}{:<6}{:<6}{:<8}{size_bytes:<10}`\n",
        0, 0, 100_644
    )
    .into_bytes();
    if header.len() == 60 {
        Ok(header)
    } else {
        Err(Error::Invalid(format!(
            "the member {name} does not fit into an ar archive"
        )))
    }
}

/// What follows a member: members begin at even offsets.
pub(super) fn padding(size_bytes: u64) -> &'static [u8] {
    if size_bytes.is_multiple_of(2) { b"" } else { b"\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn header_is_sixty_bytes_or_an_error() {
        assert_eq!(
            header("debian-binary", 4, 1_700_000_000).unwrap(),
            b"debian-binary   1700000000  0     0     100644  4         `\n"
        );
        assert!(header("data.tar.xz", 9_999_999_999, 0).is_ok());
        assert!(header("data.tar.xz", 10_000_000_000, 0).is_err());
        assert!(header("a-name-that-is-too-long", 1, 0).is_err());
    }
}
