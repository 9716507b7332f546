use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use packager_faults::{Point, Unpack};

use crate::archive::{self, EntryKind, Unpacked, UnpackedEntry};
use crate::blocking::blocking;
use crate::cache::{CacheKey, Item, Lease, Shelf};
use crate::error::Error;
use crate::limits::ArchiveLimits;
use crate::single_flight::SingleFlight;
use crate::target::CachedTarget;
use crate::verified_reader::{Damaged, VerifiedReader};

/// An unpacked archive. Its files stay where they are for as long as this, or a clone of it, is there.
#[derive(Debug, Clone)]
pub struct UnpackedArchive {
    contents: Arc<Unpacked>,
    lease: Arc<Lease>,
}

impl UnpackedArchive {
    /// Opens the file of an entry for reading; `None` for a directory. The reader fails at the end of a file that has been
    /// damaged meanwhile.
    pub fn open(&self, entry: &UnpackedEntry) -> io::Result<Option<VerifiedReader>> {
        let EntryKind::File {
            size_bytes,
            sha256,
            source,
        } = &entry.kind
        else {
            return Ok(None);
        };
        let file = File::open(source).inspect_err(|_| self.lease.suspect())?;
        let lease = Arc::clone(&self.lease);
        Ok(Some(VerifiedReader::new(file, *size_bytes, *sha256, lease)))
    }
}

impl Deref for UnpackedArchive {
    type Target = Unpacked;

    fn deref(&self) -> &Unpacked {
        &self.contents
    }
}

/// Unpacked archives, in folders with numbers for names.
///
/// They do not outlive the process: unpacking again takes less than proving that nothing has touched the files meanwhile.
/// They lie on the shelf beside the archives, and go with them.
pub(crate) struct UnpackedStore(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    shelf: Arc<Shelf>,
    made: AtomicU64,
    ready: Mutex<HashMap<CacheKey, (Item, Arc<Unpacked>)>>,
    flights: SingleFlight<CacheKey, UnpackedArchive>,
}

impl UnpackedStore {
    /// An empty store in `folder`, from which everything is removed.
    pub(crate) fn open(folder: PathBuf, shelf: Arc<Shelf>) -> io::Result<Self> {
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        packager_faults::point(Point::Unpack(Unpack::Cleared))?;
        std::fs::create_dir_all(&folder)?;
        Ok(Self(Arc::new(Inner {
            folder,
            shelf,
            made: AtomicU64::new(0),
            ready: Mutex::default(),
            flights: SingleFlight::default(),
        })))
    }

    pub(crate) async fn unpack(&self, target: &CachedTarget, limits: ArchiveLimits) -> Result<UnpackedArchive, Error> {
        // Targets of this crate have a key.
        let key = target.key().ok_or(Error::Unavailable)?;
        self.0
            .flights
            .run(key.clone(), || {
                let (inner, key, target) = (Arc::clone(&self.0), key.clone(), target.clone());
                async move {
                    match inner.find(&key) {
                        Some(found) => Ok(found),
                        None => blocking(move || inner.make(key, &target, &limits)).await,
                    }
                }
            })
            .await
    }
}

impl Inner {
    fn find(&self, key: &CacheKey) -> Option<UnpackedArchive> {
        let (item, contents) = self.ready().get(key).cloned()?;
        let lease = self.shelf.lease(&item)?;
        if lease.is_suspect() {
            lease.doom();
            return None;
        }
        Some(UnpackedArchive {
            contents,
            lease: Arc::new(lease),
        })
    }

    fn make(&self, key: CacheKey, target: &CachedTarget, limits: &ArchiveLimits) -> Result<UnpackedArchive, Error> {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(number.to_string());
        let archive = target.open().map_err(Error::disk)?;
        let unpacked = archive::unpack(archive, &folder, limits).map_err(|error| match error {
            // What its hash does not vouch for any more says nothing about the archive.
            Error::Archive { .. } if target.is_suspect() => Error::cache(Damaged),
            error => error,
        })?;
        let contents = Arc::new(unpacked);
        let item = Item::Unpacked(number);
        let size_bytes = contents.size_bytes();
        let lease = self.shelf.put(item.clone(), folder, size_bytes, Some(key.clone()));
        let mut ready = self.ready();
        // What has left the shelf need not be remembered.
        ready.retain(|_, (item, _)| self.shelf.holds(item));
        ready.insert(key, (item, Arc::clone(&contents)));
        Ok(UnpackedArchive {
            contents,
            lease: Arc::new(lease),
        })
    }

    fn ready(&self) -> MutexGuard<'_, HashMap<CacheKey, (Item, Arc<Unpacked>)>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // What cannot be removed now is removed when the store is next opened.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
