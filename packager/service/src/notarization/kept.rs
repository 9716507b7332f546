//! What is kept of a package while it is being notarized.
//!
//! ```text
//! 8 bytes   length of the notes, most significant byte first
//! notes     JSON: names, versions, the order of the parts, how far the submission is
//! bytes     the own parts, one after the other
//! ```

use packager_artifact::{Artifact, OwnBytes, Part, Sha256Digest, SharedPart, Unsigned};
use packager_formats::pkg::MEDIA_TYPE;
use packager_notary::Submission;
use packager_store::Versions;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A signed package that is being notarized.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The package.
    pub(crate) composed: Unsigned,
    /// The releases in it.
    pub(crate) versions: Versions,
    /// What names them.
    pub(crate) release: Sha256Digest,
    /// How far its submission is, if it has been submitted.
    pub(crate) submission: Option<Submission>,
}

#[derive(Serialize, Deserialize)]
struct Notes {
    file_name: String,
    versions: Versions,
    release: Sha256Digest,
    parts: Vec<Place>,
    submission: Option<Submission>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    /// So many of the bytes behind the notes.
    Own(usize),
    /// A shared part.
    Shared(SharedPart),
}

/// The bytes of an artifact to keep.
pub(crate) fn to_bytes(
    artifact: &Artifact,
    versions: &Versions,
    release: Sha256Digest,
    submission: Option<&Submission>,
) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let place = |part: &Part| match part {
        Part::Own(bytes) => Place::Own(bytes.expose().len()),
        Part::Shared(part) => Place::Shared(*part),
    };
    // It has the right to upload.
    let notes = Zeroizing::new(serde_json::to_vec(&Notes {
        file_name: artifact.file_name().to_owned(),
        versions: versions.clone(),
        release,
        parts: artifact.parts().iter().map(place).collect(),
        submission: submission.cloned(),
    })?);
    let own = artifact.own_bytes();
    // Sized beforehand: a vector that grows leaves copies of a secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(8 + notes.len() + own.expose().len()));
    bytes.extend_from_slice(&(notes.len() as u64).to_be_bytes());
    bytes.extend_from_slice(&notes);
    bytes.extend_from_slice(own.expose());
    Ok(bytes)
}

impl Kept {
    /// What was kept; `None` if it is nothing that [`to_bytes`] wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (length, bytes) = bytes.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_be_bytes(*length)).ok()?;
        let (notes, mut own) = bytes.split_at_checked(length)?;
        let notes: Notes = serde_json::from_slice(notes).ok()?;
        let mut parts = Vec::with_capacity(notes.parts.len());
        for place in notes.parts {
            parts.push(match place {
                Place::Shared(part) => Part::Shared(part),
                Place::Own(size) => {
                    let (part, rest) = own.split_at_checked(size)?;
                    own = rest;
                    Part::Own(OwnBytes::new(part.to_vec()))
                }
            });
        }
        own.is_empty().then_some(Self {
            composed: Unsigned {
                file_name: notes.file_name,
                media_type: MEDIA_TYPE,
                parts,
            },
            versions: notes.versions,
            release: notes.release,
            submission: notes.submission,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use packager_artifact::{DigestMemo, SharedBytes};

    use super::*;

    struct Shared(&'static [u8]);

    impl SharedBytes for Shared {
        fn open(&self, _: &SharedPart) -> io::Result<Box<dyn io::Read + Send + '_>> {
            Ok(Box::new(self.0))
        }
    }

    fn artifact() -> Artifact {
        let own = |text: &str| Part::Own(OwnBytes::new(text.as_bytes().to_vec()));
        let shared = SharedPart {
            sha256: Sha256Digest::of(b"shared"),
            size_bytes: 6,
        };
        let composed = Unsigned {
            file_name: "fleet-osquery-1.58.0.pkg".to_owned(),
            media_type: MEDIA_TYPE,
            parts: vec![own("head"), Part::Shared(shared), own(""), own("tail")],
        };
        Artifact::finish(composed, &Shared(b"shared"), &DigestMemo::new()).unwrap()
    }

    fn versions() -> Versions {
        Versions {
            orbit: "1.58.0".to_owned(),
            osqueryd: "5.22.1".to_owned(),
            desktop: None,
        }
    }

    #[test]
    fn a_package_survives_being_kept() {
        let (artifact, release) = (artifact(), Sha256Digest::of(b"release"));
        let bytes = to_bytes(&artifact, &versions(), release, None).unwrap();
        let kept = Kept::from_bytes(&bytes).unwrap();
        assert_eq!((kept.versions, kept.release), (versions(), release));
        assert_eq!(kept.submission, None);
        let again = Artifact::finish(kept.composed, &Shared(b"shared"), &DigestMemo::new()).unwrap();
        assert_eq!(again, artifact);
    }

    #[test]
    fn what_is_not_whole_is_nothing() {
        let bytes = to_bytes(&artifact(), &versions(), Sha256Digest::of(b""), None).unwrap();
        for end in 0..bytes.len() {
            assert!(Kept::from_bytes(&bytes[..end]).is_none(), "{end}");
        }
        assert!(Kept::from_bytes(&[&bytes[..], b"x"].concat()).is_none());
        assert!(Kept::from_bytes(&[0xFF; 64]).is_none());
    }
}
