use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::archive::{self, Unpacked};
use crate::blocking::blocking;
use crate::error::Error;
use crate::limits::ArchiveLimits;
use crate::single_flight::SingleFlight;
use crate::target::CachedTarget;

type Digest = [u8; 32];

/// Unpacked archives, in folders named for the archive's hash.
///
/// They live as long as the process: unpacking again takes less than proving that
/// nothing has touched the files meanwhile.
pub(crate) struct UnpackedStore {
    folder: PathBuf,
    ready: Arc<Mutex<HashMap<Digest, Arc<Unpacked>>>>,
    flights: SingleFlight<Digest, Arc<Unpacked>>,
}

impl UnpackedStore {
    /// An empty store in `folder`, from which everything is removed.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            ready: Arc::default(),
            flights: SingleFlight::default(),
        })
    }

    pub(crate) async fn unpack(&self, target: &CachedTarget, limits: ArchiveLimits) -> Result<Arc<Unpacked>, Error> {
        let key = *target.sha256();
        self.flights
            .run(key, || {
                let ready = Arc::clone(&self.ready);
                let folder = self.folder.join(hex::encode(key));
                let target = target.clone();
                async move {
                    if let Some(unpacked) = lock(&ready).get(&key) {
                        return Ok(Arc::clone(unpacked));
                    }
                    let unpacked = blocking(move || archive::unpack(target.path(), &folder, &limits)).await?;
                    let unpacked = Arc::new(unpacked);
                    lock(&ready).insert(key, Arc::clone(&unpacked));
                    Ok(unpacked)
                }
            })
            .await
    }
}

impl Drop for UnpackedStore {
    fn drop(&mut self) {
        // What cannot be removed now is removed when the store is next opened.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
