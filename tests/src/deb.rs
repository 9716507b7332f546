//! A package in a file.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::agent::AgentFixture;
use crate::producer::Producer;
use crate::request::Request;

/// The name under which a configuration profile lies beside its package.
pub(crate) const PROFILE: &str = "fleetd.mobileconfig";

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

    /// Its bytes.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(self.path()).unwrap()
    }

    /// The signature that lies beside it, if there is one.
    #[must_use]
    pub fn signature(&self) -> Option<Vec<u8>> {
        fs::read(self.folder.path().join(format!("{}.sig", self.file_name))).ok()
    }

    /// The configuration profile that goes with it, if there is one.
    #[must_use]
    pub fn profile(&self) -> Option<Vec<u8>> {
        fs::read(self.folder.path().join(PROFILE)).ok()
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

/// Has a service on top of a repository with `agent` make the deb that `request` asks for.
///
/// # Panics
/// If it cannot be made.
#[must_use]
pub fn build_deb(request: &Request, agent: &AgentFixture) -> Deb {
    Producer::of(agent).build(request)
}
