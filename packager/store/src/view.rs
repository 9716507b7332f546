//! Looking at a package.

use jiff::Timestamp;

use crate::pending::lock;
use crate::{Error, PackageId, Record, Store};

impl Store {
    /// Where a package stands at `now`, whether or not anybody came by to destroy it since: from `expires_at` on it
    /// reads as expired, and `remember_expired` later it is unknown.
    pub fn view(&self, id: PackageId, now: Timestamp) -> Result<Option<Record>, Error> {
        // The lock covers both looks: a package moves from the one place to the other under it.
        let pending = lock(&self.pending);
        if let Some(stage) = pending.stage(id) {
            return Ok(Some(Record::InProgress(stage)));
        }
        drop(pending);
        // It never moves back.
        let stored = self.index.get(id)?;
        Ok(stored.and_then(|stored| stored.record.seen_at(now, self.settings.remember_expired)))
    }
}
