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
