//! Replacing the key file by another, and destroying it.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::shred::shred;
use crate::{MasterKey, MasterKeyError};

/// The key file and its neighbours during a rotation.
#[derive(Debug)]
pub(crate) struct KeyFile {
    path: PathBuf,
    /// The key that is to take its place.
    new: PathBuf,
    /// The key that has lost its place and is to be destroyed.
    old: PathBuf,
}

impl KeyFile {
    /// The key file at `path`, or the one that it links to.
    pub(crate) fn at(path: &Path) -> Result<Self, MasterKeyError> {
        let path = fs::canonicalize(path)?;
        let beside = |suffix: &str| {
            let mut name = path.clone().into_os_string();
            name.push(suffix);
            PathBuf::from(name)
        };
        Ok(Self {
            new: beside(".new"),
            old: beside(".old"),
            path,
        })
    }

    /// The key in the file.
    pub(crate) fn key(&self) -> Result<MasterKey, MasterKeyError> {
        MasterKey::load_file(&self.path)
    }

    /// The key that an interrupted rotation made to take its place.
    pub(crate) fn new_key(&self) -> Result<Option<MasterKey>, MasterKeyError> {
        match MasterKey::load_file(&self.new) {
            Err(MasterKeyError::Io(error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            key => key.map(Some),
        }
    }

    /// Makes a new key to take its place. One from a rotation that never began is destroyed: it may have lain here when
    /// the data directory was copied.
    pub(crate) fn make_new_key(&self) -> Result<MasterKey, MasterKeyError> {
        destroy(&self.new)?;
        MasterKey::load_or_create(&self.new)
    }

    /// Gives the new key its place; there is a key in it at every moment. The old one is kept beside it for
    /// [`KeyFile::destroy_old`]. Goes on from wherever it was interrupted.
    pub(crate) fn replace(&self) -> Result<(), MasterKeyError> {
        if !self.new.exists() {
            return Ok(());
        }
        match fs::hard_link(&self.path, &self.old) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => self.sync_folder()?,
        }
        fs::rename(&self.new, &self.path)?;
        Ok(self.sync_folder()?)
    }

    /// Overwrites and removes the old key, if it is there.
    pub(crate) fn destroy_old(&self) -> Result<(), MasterKeyError> {
        Ok(destroy(&self.old)?)
    }

    fn sync_folder(&self) -> io::Result<()> {
        File::open(self.path.parent().unwrap_or(Path::new(".")))?.sync_all()
    }
}

impl MasterKey {
    /// Overwrites and removes the key file at `path`, if it is there: for a key that has been replaced by one that is
    /// kept elsewhere. On return that is on the disk.
    ///
    /// # Errors
    /// When the file cannot be overwritten or removed.
    pub fn destroy_file(path: &Path) -> Result<(), MasterKeyError> {
        Ok(destroy(path)?)
    }
}

fn destroy(path: &Path) -> io::Result<()> {
    let path = match fs::canonicalize(path) {
        Ok(path) => path,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    // A key file may be read-only for its owner.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    shred(vec![path.clone()]).map_err(|(_, error)| error)?;
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}
