//! The two kinds of part.

use std::fmt;
use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::Sha256Digest;

/// Bytes that belong to one package alone. They may carry the enroll secret: they zero themselves and print nothing.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct OwnBytes(Zeroizing<Vec<u8>>);

impl OwnBytes {
    /// Takes `bytes` over.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// How many there are.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.0.len() as u64
    }
}

impl fmt::Debug for OwnBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OwnBytes({} bytes)", self.0.len())
    }
}

/// A reference to bytes that hold nothing of a customer, stored once under their SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SharedPart {
    /// The SHA-256 of the bytes, which is also their name.
    pub sha256: Sha256Digest,
    /// How many bytes there are.
    pub size_bytes: u64,
}

/// One piece of an artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Bytes of this package alone, to be sealed and destroyed.
    Own(OwnBytes),
    /// Bytes that every package of the same agent release refers to.
    Shared(SharedPart),
}

impl Part {
    /// The number of bytes that the part contributes.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        match self {
            Self::Own(bytes) => bytes.size_bytes(),
            Self::Shared(part) => part.size_bytes,
        }
    }
}

/// Where the bytes of shared parts come from.
pub trait SharedBytes {
    /// Opens `part` at its first byte. It may be read by another thread.
    ///
    /// # Errors
    /// When the part is not there or cannot be read.
    fn open(&self, part: &SharedPart) -> io::Result<Box<dyn Read + Send + '_>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_bytes_print_nothing_of_themselves() {
        let part = Part::Own(OwnBytes::new(b"hunter2".to_vec()));
        let text = format!("{part:?}");
        assert!(!text.contains("hunter2") && !text.contains("104"), "{text}");
        assert_eq!(part.size_bytes(), 7);
    }
}
