//! Looking at a package.

use jiff::Timestamp;

use crate::pending::lock;
use crate::{Error, PackageId, Record, Store};

impl Store {
    /// Where a package stands at `now`, whether or not anybody came by to destroy it since: from `expires_at` on it
    /// reads as expired, and `remember_expired` later it is unknown.
    pub fn view(&self, id: PackageId, now: Timestamp) -> Result<Option<Record>, Error> {
        let stage = lock(&self.pending).stage(id);
        if let Some(stage) = stage {
            return Ok(Some(Record::InProgress(stage)));
        }
        // A package that is not in progress never is again, and was in the index before it left.
        let stored = self.index.get(id)?;
        Ok(stored.and_then(|stored| stored.record.seen_at(now, self.settings.remember_expired)))
    }
}
