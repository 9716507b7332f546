//! Secret bytes.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret_ref::SecretError;

/// Longest secret, in bytes. Keys with their chains are a tenth of it; a reference to a wrong, endless file stops here.
pub const MAX_SECRET_BYTES: usize = 64 * 1024;

/// A secret of 1 to [`MAX_SECRET_BYTES`] bytes. It zeroes itself and prints nothing.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Fails with [`SecretError::Empty`] (also for a line break alone) and [`SecretError::TooLong`].
    pub(crate) fn new(bytes: Zeroizing<Vec<u8>>) -> Result<Self, SecretError> {
        if without_line_break(&bytes).is_empty() {
            return Err(SecretError::Empty);
        }
        if bytes.len() > MAX_SECRET_BYTES {
            return Err(SecretError::TooLong);
        }
        Ok(Self(bytes))
    }

    /// All bytes, as they were found: a binary key may well end in what looks like a line break.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The secret as text, without the one line break that editors and `echo` leave at the end. A second one, and blanks,
    /// belong to the secret.
    ///
    /// Fails with [`SecretError::NotText`] if it is not UTF-8.
    pub fn as_text(&self) -> Result<&str, SecretError> {
        str::from_utf8(without_line_break(&self.0)).map_err(|_| SecretError::NotText)
    }
}

/// In constant time, but for the length.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

fn without_line_break(bytes: &[u8]) -> &[u8] {
    match bytes.strip_suffix(b"\n") {
        Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
        None => bytes,
    }
}
