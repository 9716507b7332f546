//! What outlives a process: its folders, and what it promised.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::promises::Promises;

/// A data directory, an update repository, and the folders that a process could leave something in.
pub(crate) struct World {
    folder: TempDir,
    pub(crate) promises: Promises,
    /// How far the clock is ahead.
    pub(crate) clock_seconds: u64,
    /// Whether builds may have failed, because the disk did.
    pub(crate) may_fail: bool,
    /// Numbers requests, so that no two are equal by accident.
    pub(crate) requests: usize,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::in_folder(temporary())
    }

    pub(crate) fn in_folder(folder: TempDir) -> Self {
        for name in ["work", "tmp", "logs"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let world = Self {
            folder,
            promises: Promises::default(),
            clock_seconds: 0,
            may_fail: false,
            requests: 0,
        };
        world.set_clock();
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// Everything that processes left, except the update repository, which is not theirs.
    pub(crate) fn left(&self) -> Vec<PathBuf> {
        let mut all = Vec::new();
        for name in ["data", "work", "tmp", "logs"] {
            files(&self.path(name), &mut all);
        }
        all
    }

    /// Moves the clock of this and all later processes.
    pub(crate) fn advance(&mut self, seconds: u64) {
        self.clock_seconds += seconds;
        self.set_clock();
    }

    fn set_clock(&self) {
        // In one step: a process reads it all the time.
        fs::write(self.path("clock.new"), self.clock_seconds.to_string()).unwrap();
        fs::rename(self.path("clock.new"), self.path("clock")).unwrap();
    }
}

/// A folder in memory, where there is such a file system: a killed process has written the same there, and nobody waits
/// for a disk.
pub(crate) fn temporary() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

/// All files below a folder, which need not be there.
pub(crate) fn files(folder: &Path, all: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, all);
        } else {
            all.push(path);
        }
    }
}
