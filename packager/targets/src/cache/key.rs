use crate::hashes::{Digests, Hashes};

/// Under which hash a file is cached: the strongest that is listed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum CacheKey {
    Sha256([u8; 32]),
    Sha512(Box<[u8; 64]>),
}

impl CacheKey {
    pub(crate) fn of(hashes: &Hashes) -> Self {
        match (hashes.sha512(), hashes.sha256()) {
            (Some(sha512), _) => Self::Sha512(Box::new(*sha512)),
            // `Hashes` is never empty.
            (None, sha256) => Self::Sha256(sha256.copied().unwrap_or_default()),
        }
    }

    pub(super) fn matches(&self, digests: &Digests) -> bool {
        match self {
            Self::Sha256(sha256) => *sha256 == digests.sha256,
            Self::Sha512(sha512) => **sha512 == digests.sha512,
        }
    }

    pub(super) fn file_name(&self) -> String {
        match self {
            Self::Sha256(sha256) => format!("sha256-{}", hex::encode(sha256)),
            Self::Sha512(sha512) => format!("sha512-{}", hex::encode(sha512.as_slice())),
        }
    }
}
