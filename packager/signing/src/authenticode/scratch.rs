//! The directories that the tool writes to.
//!
//! Each run has one of its own in the scratch directory, which is in memory. It is removed with the run. When the service is
//! killed it stays; the next start finds it by its name, and that nobody holds the lock on it.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock, statfs, statvfs};
use rustix::process::geteuid;
use tempfile::TempDir;

use super::AuthenticodeError;

/// How the names of runs' directories begin.
const PREFIX: &str = "fleet-packager-signing-";

/// The types of file systems that are in memory (statfs(2)).
const TMPFS: u32 = 0x0102_1994;
const RAMFS: u32 = 0x8584_58f6;

/// A directory in memory.
#[derive(Debug, Clone)]
pub(super) struct Scratch(PathBuf);

/// The directory of one run. It goes with what is in it.
#[derive(Debug)]
pub(super) struct Workspace {
    directory: TempDir,
    /// Held as long as the run lasts; the system lets go of it when this process ends.
    _lock: File,
}

impl Scratch {
    /// Takes a directory, and removes what runs of services that were killed have left in it.
    pub(super) fn open(directory: &Path) -> Result<Self, AuthenticodeError> {
        let unusable = |source| AuthenticodeError::ScratchUnusable {
            directory: directory.to_owned(),
            source,
        };
        let status = statfs(directory).map_err(|error| unusable(error.into()))?;
        // Its type differs between architectures; all have 32 bits.
        let kind = status.f_type.cast_unsigned() & u64::from(u32::MAX);
        if kind != u64::from(TMPFS) && kind != u64::from(RAMFS) {
            return Err(AuthenticodeError::ScratchOnDisk(directory.to_owned()));
        }
        let scratch = Self(directory.to_owned());
        scratch.remove_leftovers().map_err(unusable)?;
        // Whether this service may write there.
        drop(scratch.workspace().map_err(unusable)?);
        Ok(scratch)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// A directory for a run, which nobody else may enter.
    pub(super) fn workspace(&self) -> io::Result<Workspace> {
        loop {
            let directory = tempfile::Builder::new()
                .prefix(PREFIX)
                .permissions(Permissions::from_mode(0o700))
                .tempdir_in(&self.0)?;
            let lock = open_directory(directory.path())?;
            let is_ours = flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok();
            // A service that starts may have taken it for a leftover, before it was locked.
            let is_there = fs::symlink_metadata(directory.path()).is_ok_and(|there| is_same(&there, &lock));
            if is_ours && is_there {
                return Ok(Workspace { directory, _lock: lock });
            }
        }
    }

    /// How many bytes are free, and how many there are in all; nothing if there is no limit.
    pub(super) fn room(&self) -> io::Result<Option<Room>> {
        let status = statvfs(&self.0)?;
        Ok((status.f_blocks > 0).then(|| Room {
            free_bytes: status.f_bavail.saturating_mul(status.f_frsize),
            whole_bytes: status.f_blocks.saturating_mul(status.f_frsize),
        }))
    }

    fn remove_leftovers(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            if !entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes()) {
                continue;
            }
            let path = entry.path();
            let Ok(about) = fs::symlink_metadata(&path) else {
                continue;
            };
            if !about.is_dir() || about.uid() != geteuid().as_raw() {
                continue;
            }
            let Ok(lock) = open_directory(&path) else { continue };
            if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
                fs::remove_dir_all(&path)?;
                tracing::info!(directory = %path.display(), "removed what a killed service left there");
            }
        }
        Ok(())
    }
}

impl Workspace {
    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }
}

/// The size of a file system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) free_bytes: u64,
    pub(super) whole_bytes: u64,
}

fn open_directory(path: &Path) -> io::Result<File> {
    let flags = (OFlags::DIRECTORY | OFlags::NOFOLLOW).bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

fn is_same(there: &Metadata, open: &File) -> bool {
    open.metadata()
        .is_ok_and(|open| (open.dev(), open.ino()) == (there.dev(), there.ino()))
}
