//! Packages that are everybody's: without URL and secret, which a configuration profile has.
//!
//! Notarization takes minutes, and such a package can be notarized once for all who ask for the same options. Nothing in it
//! is a customer's ([`PackageSpec::for_everybody`]), so what is elsewhere a package's own bytes is here one more shared part,
//! the ticket included, and a package made of it has no own bytes at all.
//!
//! It is known by its options, and by what else it depends on but for the release: so there is one to hand out while the one
//! with a new release is being notarized. What TUF metadata says is no part of the release: it is signed anew every few days,
//! and an agent fetches what is current before it looks at anything else.

use std::io::Write;
use std::sync::Arc;

use packager_artifact::{Part, Sha256Digest, SharedPart, Unsigned};
use packager_formats::Format;
use packager_formats::pkg::MEDIA_TYPE;
use packager_spec::PackageSpec;
use packager_store::{SharedKey, Store, Versions};
use serde::{Deserialize, Serialize};

use super::BuildError;

/// The packages that are everybody's.
pub(super) struct Everybodys {
    store: Arc<Store>,
    /// What packages depend on beside options and release.
    context: String,
}

/// One of them.
pub(super) struct Ready {
    pub(super) composed: Unsigned,
    pub(super) versions: Versions,
    pub(super) release: Sha256Digest,
}

/// What is remembered of one, with its first part.
#[derive(Serialize, Deserialize)]
struct Notes {
    file_name: String,
    parts: Vec<SharedPart>,
    versions: Versions,
    release: Sha256Digest,
}

impl Everybodys {
    /// `context` names what packages depend on beside options and release: what they are signed with, where updates are.
    pub(super) const fn new(store: Arc<Store>, context: String) -> Self {
        Self { store, context }
    }

    /// The one with these options (a spec [for everybody](PackageSpec::for_everybody)), if all of it is there.
    pub(super) fn find(&self, spec: &PackageSpec) -> Result<Option<Ready>, BuildError> {
        let shared = self.store.shared();
        let Some(entry) = shared.lookup(&self.key(spec, 0))? else {
            return Ok(None);
        };
        // What another version of this program wrote is made anew.
        let Ok(notes) = serde_json::from_value::<Notes>(entry.notes) else {
            return Ok(None);
        };
        if !notes.parts.iter().all(|part| shared.hold(part)) {
            return Ok(None);
        }
        Ok(Some(Ready {
            composed: Unsigned {
                file_name: notes.file_name,
                media_type: MEDIA_TYPE,
                parts: notes.parts.into_iter().map(Part::Shared).collect(),
            },
            versions: notes.versions,
            release: notes.release,
        }))
    }

    /// Keeps one, in the place of the one before. Waits for the disk.
    pub(super) fn keep(&self, spec: &PackageSpec, ready: &Ready) -> Result<(), BuildError> {
        let shared = self.store.shared();
        let own = ready.composed.parts.iter().filter_map(|part| match part {
            Part::Own(bytes) => Some(bytes),
            Part::Shared(_) => None,
        });
        // The first one last, for the notes are with it: whoever finds it finds all.
        let mut kept = Vec::new();
        for (number, bytes) in own.clone().enumerate().skip(1) {
            let mut writer = shared.writer()?;
            writer.write_all(bytes.expose())?;
            let entry = shared.commit(&self.key(spec, number), writer, serde_json::Value::Null)?;
            kept.push(entry.part);
        }
        let first = own.into_iter().next().ok_or(BuildError::Defect)?;
        let name_of_first = SharedPart {
            sha256: Sha256Digest::of(first.expose()),
            size_bytes: first.size_bytes(),
        };
        let mut kept = std::iter::once(name_of_first).chain(kept);
        let parts = ready.composed.parts.iter().map(|part| match part {
            Part::Own(_) => kept.next().ok_or(BuildError::Defect),
            Part::Shared(part) => Ok(*part),
        });
        let notes = Notes {
            file_name: ready.composed.file_name.clone(),
            parts: parts.collect::<Result<_, _>>()?,
            versions: ready.versions.clone(),
            release: ready.release,
        };
        let notes = serde_json::to_value(&notes).map_err(|_| BuildError::Defect)?;
        let mut writer = shared.writer()?;
        writer.write_all(first.expose())?;
        shared.commit(&self.key(spec, 0), writer, notes)?;
        Ok(())
    }

    /// The key of an own part.
    fn key(&self, spec: &PackageSpec, number: usize) -> SharedKey {
        let options = Sha256Digest::of(&spec.canonical_bytes());
        let revision = Format::Pkg.writer_revision();
        SharedKey::new(format!("everybody's {} {revision} {options} {number}", self.context))
    }
}
