//! A package on its way from composition to storage.

use std::io;

use crate::{DigestMemo, Layout, OwnBytes, Part, Sha256Digest, SharedBytes};

/// A composed package that no signer has seen yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    /// The conventional file name of the package.
    pub file_name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes, in order.
    pub parts: Vec<Part>,
}

/// A finished package: the bytes that a download sends, in parts, with the length and the SHA-256 of the whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artifact {
    file_name: String,
    media_type: &'static str,
    sha256: Sha256Digest,
    parts: Vec<Part>,
}

impl Artifact {
    /// Takes the digest over all parts, which is what makes a composition an artifact.
    ///
    /// # Errors
    /// When a shared part cannot be read, or is not as long as its reference says.
    pub fn finish(composed: Unsigned, shared: &dyn SharedBytes, memo: &DigestMemo) -> io::Result<Self> {
        let sha256 = memo.digest(&composed.parts, shared)?;
        Ok(Self {
            file_name: composed.file_name,
            media_type: composed.media_type,
            sha256,
            parts: composed.parts,
        })
    }

    /// What it was composed of, to add something to it.
    #[must_use]
    pub fn into_composed(self) -> Unsigned {
        Unsigned {
            file_name: self.file_name,
            media_type: self.media_type,
            parts: self.parts,
        }
    }

    /// The conventional file name of the package.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// The media type to serve it with.
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// The SHA-256 of the whole.
    #[must_use]
    pub const fn sha256(&self) -> Sha256Digest {
        self.sha256
    }

    /// The length of the whole.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.parts.iter().map(Part::size_bytes).sum()
    }

    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The order of the parts, without their bytes.
    #[must_use]
    pub fn layout(&self) -> Layout {
        Layout::of(&self.parts)
    }

    /// All own bytes as one run, in the order in which [`Layout::walk`] counts them.
    #[must_use]
    pub fn own_bytes(&self) -> OwnBytes {
        // Sized beforehand: a vector that grows leaves copies of a secret behind.
        let size = self.parts.iter().map(|part| match part {
            Part::Own(bytes) => bytes.expose().len(),
            Part::Shared(_) => 0,
        });
        let mut all = Vec::with_capacity(size.sum());
        for part in &self.parts {
            if let Part::Own(bytes) = part {
                all.extend_from_slice(bytes.expose());
            }
        }
        OwnBytes::new(all)
    }
}
