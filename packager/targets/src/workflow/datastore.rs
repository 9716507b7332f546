use std::io;
use std::path::PathBuf;

use bytes::Bytes;
use packager_faults::File;
use serde::{Deserialize, Serialize};

use crate::blocking::blocking_io;
use crate::error::Error;

const TIMESTAMP: &str = "timestamp.json";
const SNAPSHOT: &str = "snapshot.json";
const COMPLETE: &str = "complete.json";

/// Verified metadata on disk.
///
/// `N.root.json` for every root after the pinned one, so that the walk to the newest can be
/// verified again; `timestamp.json` and `snapshot.json`, the newest ever trusted, which guard
/// against rollbacks; and `complete.json`, the last set that belongs together, which builds
/// use. Nothing that is read here is believed before it has been verified once more.
#[derive(Debug, Clone)]
pub(crate) struct Datastore {
    folder: PathBuf,
}

/// The three roles of a complete set below root, as they were received.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CompleteSet {
    pub(super) timestamp: String,
    pub(super) snapshot: String,
    pub(super) targets: String,
}

impl Datastore {
    /// A datastore in `folder`, which is made if need be.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        packager_durable::clear_temporary(&folder)?;
        Ok(Self { folder })
    }

    pub(super) async fn root(&self, version: u64) -> Result<Option<Bytes>, Error> {
        self.read(root_name(version)).await
    }

    pub(super) async fn put_root(&self, version: u64, raw: Bytes) -> Result<(), Error> {
        self.write(File::Root, root_name(version), raw).await
    }

    pub(super) async fn timestamp(&self) -> Result<Option<Bytes>, Error> {
        self.read(TIMESTAMP.to_owned()).await
    }

    pub(super) async fn put_timestamp(&self, raw: Bytes) -> Result<(), Error> {
        self.write(File::Timestamp, TIMESTAMP.to_owned(), raw).await
    }

    pub(super) async fn snapshot(&self) -> Result<Option<Bytes>, Error> {
        self.read(SNAPSHOT.to_owned()).await
    }

    pub(super) async fn put_snapshot(&self, raw: Bytes) -> Result<(), Error> {
        self.write(File::Snapshot, SNAPSHOT.to_owned(), raw).await
    }

    /// The last complete set; one that cannot be read counts as absent.
    pub(super) async fn complete(&self) -> Result<Option<CompleteSet>, Error> {
        let raw = self.read(COMPLETE.to_owned()).await?;
        Ok(raw.and_then(|raw| serde_json::from_slice(&raw).ok()))
    }

    pub(super) async fn put_complete(&self, set: &CompleteSet) -> Result<(), Error> {
        let raw = serde_json::to_vec(set).map_err(Error::cache)?;
        self.write(File::CompleteSet, COMPLETE.to_owned(), raw.into()).await
    }

    /// Forgets everything but the roots.
    pub(super) async fn forget(&self) -> Result<(), Error> {
        let folder = self.folder.clone();
        blocking_io(move || {
            for name in [TIMESTAMP, SNAPSHOT, COMPLETE] {
                packager_durable::remove(&folder.join(name))?;
            }
            Ok(())
        })
        .await
    }

    async fn read(&self, name: String) -> Result<Option<Bytes>, Error> {
        let path = self.folder.join(name);
        blocking_io(move || match std::fs::read(path) {
            Ok(raw) => Ok(Some(raw.into())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    async fn write(&self, what: File, name: String, raw: Bytes) -> Result<(), Error> {
        let folder = self.folder.clone();
        blocking_io(move || packager_durable::write(what, &folder, &folder.join(name), &raw)).await
    }
}

fn root_name(version: u64) -> String {
    format!("{version}.root.json")
}
