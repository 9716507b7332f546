//! The store as a whole.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use packager_durable::{self as durable, make_folder};
use packager_faults::{self as faults, File, Point, Start};

use crate::index::Index;
use crate::key_check::KeyCheck;
use crate::keyring::Keyring;
use crate::lock::Lock;
use crate::master_key::UNFINISHED_PREFIX;
use crate::pending::{Pending, lock};
use crate::request_digest::RequestDigest;
use crate::seal::Purpose;
use crate::shred::shred;
use crate::{Error, Fingerprint, MasterKey, PackageId, SharedParts, StoreSettings};

/// The packages of one data directory. All methods take `&self` and may be called from many threads; those that write
/// block for the disk. The store has no clock: `now` is always an argument.
pub struct Store {
    pub(crate) dir: PathBuf,
    pub(crate) settings: StoreSettings,
    pub(crate) keyring: Keyring,
    pub(crate) index: Arc<Index>,
    pub(crate) shared: SharedParts,
    pub(crate) pending: Mutex<Pending>,
    /// Sealed files that could not be destroyed when they had to be; tried again by [`Store::expire_due`].
    resisting: Mutex<Vec<PathBuf>>,
    pub(crate) _lock: Lock,
}

impl Store {
    /// Opens the data directory `dir`, which is made if it is not there, and puts it in order: temporary files go,
    /// what was finished but not yet indexed is taken in, what had not been finished is queued again
    /// ([`Store::unfinished`]), and what belongs to no package goes. What expired meanwhile reads as expired at once;
    /// the first [`Store::expire_due`] destroys it, so that a long standstill does not hold up the start.
    ///
    /// An index that is damaged or not there is made anew from the sealed files. Failures and expired packages have no
    /// such file: their ids are then unknown.
    ///
    /// A live package whose own file is gone has been destroyed and reads as expired; one whose own file has another
    /// size than it was written with reads as failed, and an equal request starts a new build.
    ///
    /// # Errors
    /// [`Error::Locked`] while another process has it open, [`Error::WrongMasterKey`] when it was made with another
    /// key, [`Error::ReplacedMasterKey`] and [`Error::RotationUnfinished`] when that key was replaced or is being
    /// replaced, and errors of the disk. What is in the directory has not been touched then.
    pub fn open(dir: &Path, key: &MasterKey, settings: StoreSettings, now: Timestamp) -> Result<Self, Error> {
        let at = |step| faults::point(Point::Start(step)).map_err(Error::io("open the data directory"));
        fs::create_dir_all(dir).map_err(Error::io("make the data directory"))?;
        let lock_file = Lock::take(dir)?;
        at(Start::Locked)?;
        let keyring = Keyring::derive(key);
        let known = KeyCheck::read(dir)?;
        if let Some(known) = known {
            known.admit(keyring.check())?;
        }
        Self::open_locked(dir, lock_file, keyring, known, settings, now)
    }

    /// The rest of [`Store::open`], once it is clear that the key is right. Says in a new directory which one it is.
    pub(crate) fn open_locked(
        dir: &Path,
        lock_file: Lock,
        keyring: Keyring,
        known: Option<KeyCheck>,
        settings: StoreSettings,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let at = |step| faults::point(Point::Start(step)).map_err(Error::io("open the data directory"));
        make_folders(dir).map_err(Error::io("make the folders of the data directory"))?;
        at(Start::Folders)?;
        clear(dir).map_err(Error::io("clear temporary files"))?;
        at(Start::Cleared)?;
        if known.is_none() {
            KeyCheck::establish(dir, &keyring)?;
        }
        at(Start::KeyChecked)?;
        let index = Arc::new(Index::open(&dir.join("index"), settings.remember_expired)?);
        at(Start::IndexOpen)?;
        let store = Self {
            shared: SharedParts::new(dir, Arc::clone(&index)),
            dir: dir.to_owned(),
            settings,
            keyring,
            index,
            pending: Mutex::default(),
            resisting: Mutex::default(),
            _lock: lock_file,
        };
        store.put_in_order(now)?;
        Ok(store)
    }

    /// Whether there is a store in the data directory `dir`, or at least the beginning of one, with a master key of its
    /// own.
    #[must_use]
    pub fn is_in(dir: &Path) -> bool {
        KeyCheck::exists(dir)
    }

    /// The fingerprint of a request in its canonical form, which must not depend on `retry`.
    #[must_use]
    pub fn fingerprint(&self, canonical: &[u8]) -> Fingerprint {
        self.keyring.fingerprint(&RequestDigest::of(canonical))
    }

    /// The shared parts.
    #[must_use]
    pub const fn shared(&self) -> &SharedParts {
        &self.shared
    }

    /// Packages in progress, the oldest first. After [`Store::open`] these are the builds to take up again.
    #[must_use]
    pub fn unfinished(&self) -> Vec<PackageId> {
        lock(&self.pending).in_order()
    }

    /// Waits until the index is on the disk. For an orderly end; nothing is lost without it.
    pub fn flush(&self) -> Result<(), Error> {
        self.index.flush()
    }

    pub(crate) fn path(&self, id: PackageId, purpose: Purpose) -> PathBuf {
        let name = id.to_string();
        let folder = name.get(..2).unwrap_or_default();
        let extension = match purpose {
            Purpose::Job => "job",
            Purpose::Own => "own",
        };
        self.dir
            .join("packages")
            .join(folder)
            .join(format!("{name}.{extension}"))
    }

    pub(crate) fn write(&self, what: File, path: &Path, bytes: &[u8]) -> Result<(), Error> {
        // A sealed file shows by itself whether it is whole.
        durable::write_new(what, &self.dir.join("tmp"), path, bytes).map_err(Error::io("write a package"))
    }

    /// Destroys a file that was written for nothing, on the way out with another error.
    pub(crate) fn discard(&self, path: PathBuf) {
        if let Err(error) = self.shred(vec![path]) {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot destroy a file yet");
        }
    }

    /// Destroys sealed files. What resists is remembered, and tried again with the next call.
    pub(crate) fn shred(&self, mut paths: Vec<PathBuf>) -> Result<(), Error> {
        paths.append(&mut lock(&self.resisting));
        shred(paths).map_err(|(mut left, error)| {
            lock(&self.resisting).append(&mut left);
            Error::io("destroy a package")(error)
        })
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("dir", &self.dir).finish_non_exhaustive()
    }
}

fn make_folders(dir: &Path) -> io::Result<()> {
    for name in ["tmp", "index", "shared", "packages"] {
        make_folder(&dir.join(name))?;
    }
    let packages = dir.join("packages");
    for first in 0..=u8::MAX {
        make_folder(&packages.join(format!("{first:02x}")))?;
    }
    fs::File::open(packages)?.sync_all()?;
    fs::File::open(dir)?.sync_all()
}

/// Removes what earlier processes left unfinished.
fn clear(dir: &Path) -> io::Result<()> {
    durable::clear_folder(&dir.join("tmp"))?;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        // A key that never got its name: nothing was ever sealed under it.
        if entry
            .file_name()
            .as_encoded_bytes()
            .starts_with(UNFINISHED_PREFIX.as_bytes())
        {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
