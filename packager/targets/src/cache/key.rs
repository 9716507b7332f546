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

    /// The key of a file of that name.
    pub(super) fn of_file_name(name: &str) -> Option<Self> {
        let (algorithm, digest) = name.split_once('-')?;
        let key = match algorithm {
            "sha256" => {
                let mut sha256 = [0; 32];
                hex::decode_to_slice(digest, &mut sha256).ok()?;
                Self::Sha256(sha256)
            }
            "sha512" => {
                let mut sha512 = [0; 64];
                hex::decode_to_slice(digest, &mut sha512).ok()?;
                Self::Sha512(Box::new(sha512))
            }
            _ => return None,
        };
        // Hexadecimal has two spellings, and file names of this cache one.
        (key.file_name() == name).then_some(key)
    }

    pub(super) fn file_name(&self) -> String {
        match self {
            Self::Sha256(sha256) => format!("sha256-{}", hex::encode(sha256)),
            Self::Sha512(sha512) => format!("sha512-{}", hex::encode(sha512.as_slice())),
        }
    }
}
