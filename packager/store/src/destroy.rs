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
            let after = expired(now);
            self.replace(&mut pending, id, None, Some(&after));
            let job = pending.remove(id);
            drop(pending);
            self.flush_destruction(id, &after);
            return self.shred(job.map(|job| job.end()).unwrap_or_default());
        }
        let before = self.index.get(id)?.ok_or(Error::Unknown)?;
        let after = match before.record.clone().seen_at(now, self.settings.remember_expired) {
            None => return Err(Error::Unknown),
            Some(Record::Expired(Expired { at })) => expired(at),
            Some(_) => expired(now),
        };
        self.replace(&mut pending, id, Some(&before), Some(&after));
        drop(pending);
        self.flush_destruction(id, &after);
        self.shred(vec![self.path(id, Purpose::Own)])
    }

    /// A record that does not reach the disk now is no reason to keep what is to be destroyed: a package without its
    /// file reads as expired after a restart too.
    fn flush_destruction(&self, id: PackageId, after: &Stored) {
        if let Err(error) = self.index.flush_change(id, after) {
            tracing::warn!(package = %id.short(), error = &error as &dyn std::error::Error, "a destruction is not on the disk yet");
        }
    }
}
