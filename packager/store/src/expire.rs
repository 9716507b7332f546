//! Destroying what has expired.

use jiff::Timestamp;

use crate::index::Stored;
use crate::pending::lock;
use crate::record::Record;
use crate::seal::Purpose;
use crate::{Error, PackageId, Store};

/// What one pass of the reaper did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Expiry {
    /// Packages and failures that expired.
    pub expired: usize,
    /// Expired ones that were forgotten.
    pub forgotten: usize,
}

/// Packages moved on with one wait for the disk.
const BATCH: usize = 4096;

impl Store {
    /// Destroys every package that is due at `now`, and forgets those that expired long enough ago. The index is
    /// unlocked between one package and the next.
    ///
    /// # Errors
    /// Errors of the disk. What could not be destroyed reads as expired all the same, and is tried again next time.
    pub fn expire_due(&self, now: Timestamp) -> Result<Expiry, Error> {
        let mut done = Expiry::default();
        loop {
            let due = self.index.due(now, BATCH)?;
            let more = due.len() >= BATCH;
            let mut doomed = Vec::new();
            for (due, id) in due {
                if self.expire(id, due, now, &mut done)? {
                    doomed.push(self.path(id, Purpose::Own));
                }
            }
            // A package is not unknown for want of a record when its file is gone.
            let flushed = self.index.flush();
            self.shred(doomed)?;
            flushed?;
            if !more {
                return Ok(done);
            }
        }
    }

    /// When [`Store::expire_due`] has something to do next.
    pub fn next_due(&self) -> Result<Option<Timestamp>, Error> {
        self.index.first_due()
    }

    /// Moves one package on, and says whether there is an own file to destroy.
    fn expire(&self, id: PackageId, due: Timestamp, now: Timestamp, done: &mut Expiry) -> Result<bool, Error> {
        let mut pending = lock(&self.pending);
        let remember = self.settings.remember_expired;
        let Some(before) = self.index.get(id)? else {
            self.index.forget_due(due, id)?;
            return Ok(false);
        };
        if before.record.due(remember) != Some(due) {
            // The settings changed since the time was noted: note the right one.
            self.index.forget_due(due, id)?;
            self.replace(&mut pending, id, Some(&before), Some(&before));
            return Ok(false);
        }
        let after = before.record.clone().seen_at(now, remember).map(|record| Stored {
            fingerprint: None,
            sealed_size_bytes: 0,
            record,
        });
        self.replace(&mut pending, id, Some(&before), after.as_ref());
        match &before.record {
            Record::Expired(_) => done.forgotten += 1,
            _ => done.expired += 1,
        }
        Ok(matches!(before.record, Record::Succeeded(_)))
    }
}
