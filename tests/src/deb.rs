//! The producer of the debs under test.

use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;

use packager_artifact::{Part, Sha256Digest, SharedPart};
use packager_fleetd::{LocalMetadata, RoleDocuments, linux, package};
use packager_formats::{Compression, Effort, Format, Position, SharedNotes, Tree};
use packager_spec::PackagerSwitch;
use tempfile::TempDir;

use crate::agent::AgentFixture;
use crate::request::Request;

/// The update repository of every request that names no other.
pub const UPDATE_URL: &str = "https://updates.example.com";

/// 2026-01-02T03:04:05Z
const BUILD_TIME: u64 = 1_767_323_045;

/// A package in a folder of its own, which goes when this does.
pub struct Deb {
    folder: TempDir,
    file_name: String,
}

impl Deb {
    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.folder.path().join(&self.file_name)
    }

    /// Its name in its folder.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// Takes over the package `file_name` in `folder`.
    #[must_use]
    pub fn in_folder(folder: TempDir, file_name: &str) -> Self {
        Self {
            folder,
            file_name: file_name.to_owned(),
        }
    }
}

/// Makes the deb that `request` asks for of `agent`.
///
/// # Panics
/// If it cannot be made.
#[must_use]
pub fn build_deb(request: &Request, agent: &AgentFixture) -> Deb {
    let spec = request.spec();
    let fetched = agent.fetched(spec.has(PackagerSwitch::FleetDesktop));
    let best = Effort::Best {
        threads: NonZeroU32::MIN,
    };
    let runs = [
        shared(&linux::agent_tree(&spec, &fetched).unwrap(), Position::First, best),
        shared(
            &linux::metadata_tree(&metadata()).unwrap(),
            Position::Later,
            Effort::Quick,
        ),
    ];
    let notes: Vec<_> = runs.iter().map(|run| (run.part, run.notes.clone())).collect();
    let own = linux::own_tree(&spec, UPDATE_URL).unwrap();
    let package = package(&spec, &fetched, BUILD_TIME);
    let composed = Format::Deb.compose(&package, &notes, &own, Compression::Xz).unwrap();

    let mut bytes = Vec::new();
    for part in &composed.parts {
        match part {
            Part::Own(own) => bytes.extend_from_slice(own.expose()),
            Part::Shared(part) => bytes.extend_from_slice(&runs.iter().find(|run| run.part == *part).unwrap().bytes),
        }
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(&composed.file_name), bytes).unwrap();
    Deb::in_folder(folder, &composed.file_name)
}

struct Shared {
    bytes: Vec<u8>,
    part: SharedPart,
    notes: SharedNotes,
}

fn shared(tree: &Tree, position: Position, effort: Effort) -> Shared {
    let (bytes, notes) = Format::Deb
        .write_shared(tree, position, Compression::Xz, effort, BUILD_TIME, Vec::new())
        .unwrap();
    let part = SharedPart {
        sha256: Sha256Digest::of(&bytes),
        size_bytes: bytes.len() as u64,
    };
    Shared { bytes, part, notes }
}

/// What the file of the update repository's metadata holds, see installers.md, section 4.
pub const METADATA: &str = concat!(
    r#"{"root.json":{"signatures":[],"signed":{"_type":"root"}},"#,
    r#""snapshot.json":{"signatures":[],"signed":{"_type":"snapshot"}},"#,
    r#""targets.json":{"signatures":[],"signed":{"_type":"targets"}},"#,
    r#""timestamp.json":{"signatures":[],"signed":{"_type":"timestamp"}}}"#,
    "\n"
);

fn metadata() -> LocalMetadata {
    let document = |role: &str| format!(r#"{{"signatures":[],"signed":{{"_type":"{role}"}}}}"#).into_bytes();
    LocalMetadata::new(RoleDocuments {
        root: &document("root"),
        timestamp: &document("timestamp"),
        snapshot: &document("snapshot"),
        targets: &document("targets"),
    })
    .unwrap()
}
