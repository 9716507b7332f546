//! Going on after the disk has failed.

use jiff::Timestamp;
use packager_faults::File;

use crate::pending::lock;
use crate::recover::UnknownJobs;
use crate::submit::RESERVE_BYTES;
use crate::{Error, Store};

/// What is written to see whether the disk takes anything again.
static PROBE: [u8; 64 * 1024] = [0; 64 * 1024];

impl Store {
    /// Whether new packages can be taken. After an error of the disk they cannot, until [`Store::mend`] succeeds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.index.is_sound()
    }

    /// If the index could not be written: tries whether the disk is in order again, and then opens the index anew and
    /// makes it agree with the files. Returns whether anything was mended. To be called now and then.
    ///
    /// Meanwhile finished packages are served, expired ones are destroyed, and new ones are refused.
    ///
    /// # Errors
    /// Those of a disk that is not in order yet.
    pub fn mend(&self, now: Timestamp) -> Result<bool, Error> {
        if self.index.is_sound() {
            return Ok(false);
        }
        self.probe()?;
        let mut pending = lock(&self.pending);
        self.index.reopen()?;
        self.recover_or_begin_anew(&mut pending, UnknownJobs::Destroy, now)?;
        drop(pending);
        self.shared.load()?;
        tracing::info!("the storage works again");
        Ok(true)
    }

    /// Whether the disk has room and can be written. Nothing is given up before that is known: what sled still has in
    /// memory can be read as long as its database stays open.
    fn probe(&self) -> Result<(), Error> {
        let disk = rustix::fs::statvfs(&self.dir).map_err(|error| Error::io("look at the disk")(error.into()))?;
        if disk.f_bavail.saturating_mul(disk.f_frsize) < RESERVE_BYTES {
            return Err(Error::StorageFull);
        }
        let path = self.dir.join("tmp").join("probe");
        packager_durable::write(File::Sample, &self.dir.join("tmp"), &path, &PROBE)
            .and_then(|()| packager_durable::remove(&path))
            .map_err(Error::io("write to the disk"))
    }
}
