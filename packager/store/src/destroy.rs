//! Destroying a package before its time.

use jiff::Timestamp;

use crate::index::Stored;
use crate::pending::lock;
use crate::record::{Expired, Record};
use crate::seal::Purpose;
use crate::{Error, PackageId, Store};

impl Store {
    /// Destroys a package, whatever its state: from `now` on it reads as expired. A build under way is not stopped, but
    /// its result will not be [published](Store::publish). A package that has expired already stays as it is.
    ///
    /// On return the record, and the destruction of what was sealed, are on the disk.
    ///
    /// # Errors
    /// [`Error::Unknown`] when there is no such package, and errors of the disk: the package reads as expired after
    /// those too, and destroying it is tried again by [`Store::expire_due`].
    pub fn destroy(&self, id: PackageId, now: Timestamp) -> Result<(), Error> {
        let expired = |at| Stored {
            fingerprint: None,
            sealed_size_bytes: 0,
            record: Record::Expired(Expired { at }),
        };
        let mut pending = lock(&self.pending);
        if pending.get(id).is_some() {
            self.replace(&mut pending, id, None, Some(&expired(now)))?;
            let job = pending.remove(id);
            drop(pending);
            let flushed = self.index.flush();
            self.shred(job.map(|job| job.end()).unwrap_or_default())?;
            return flushed;
        }
        let before = self.index.get(id)?.ok_or(Error::Unknown)?;
        match before.record.clone().seen_at(now, self.settings.remember_expired) {
            None => return Err(Error::Unknown),
            Some(Record::Expired(Expired { at })) => {
                self.replace(&mut pending, id, Some(&before), Some(&expired(at)))?;
            }
            Some(_) => self.replace(&mut pending, id, Some(&before), Some(&expired(now)))?,
        }
        drop(pending);
        let flushed = self.index.flush();
        self.shred(vec![self.path(id, Purpose::Own)])?;
        flushed
    }
}
