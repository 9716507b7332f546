//! Figures for metrics.

use crate::index::Stored;
use crate::pending::lock;
use crate::record::Record;
use crate::{Error, Store};

/// How many packages are in which state, and what they take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Packages that wait for a worker.
    pub queued: usize,
    /// Packages that a worker has begun with.
    pub building: usize,
    /// Packages that are ready.
    pub succeeded: usize,
    /// Failed builds that are still remembered.
    pub failed: usize,
    /// Expired packages that are still remembered.
    pub expired: usize,
    /// Size of the sealed own files.
    pub own_bytes: u64,
    /// Size of the shared parts.
    pub shared_bytes: u64,
}

/// The figures that follow the index.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Totals {
    succeeded: usize,
    failed: usize,
    expired: usize,
    pub(crate) own_bytes: u64,
}

impl Totals {
    pub(crate) fn add(&mut self, stored: &Stored) {
        *self.count(&stored.record) += 1;
        self.own_bytes += stored.sealed_size_bytes;
    }

    fn subtract(&mut self, stored: &Stored) {
        *self.count(&stored.record) -= 1;
        self.own_bytes -= stored.sealed_size_bytes;
    }

    /// Follows one change of the index.
    pub(crate) fn replace(&mut self, before: Option<&Stored>, after: Option<&Stored>) {
        if let Some(after) = after {
            self.add(after);
        }
        if let Some(before) = before {
            self.subtract(before);
        }
    }

    fn count(&mut self, record: &Record) -> &mut usize {
        match record {
            Record::Succeeded(_) => &mut self.succeeded,
            Record::Failed(_) => &mut self.failed,
            // A package in progress is never in the index.
            Record::Expired(_) | Record::InProgress(_) => &mut self.expired,
        }
    }
}

impl Store {
    /// The figures of this moment. An expired package counts as what it was until [`Store::expire_due`] came by.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let pending = lock(&self.pending);
        let totals = pending.totals;
        Stats {
            queued: pending.queued(),
            building: pending.len() - pending.queued(),
            succeeded: totals.succeeded,
            failed: totals.failed,
            expired: totals.expired,
            own_bytes: totals.own_bytes,
            shared_bytes: self.shared.size_bytes(),
        }
    }

    /// Replaces what the index and the figures say of a package.
    pub(crate) fn replace(
        &self,
        pending: &mut crate::pending::Pending,
        id: crate::PackageId,
        before: Option<&Stored>,
        after: Option<&Stored>,
    ) -> Result<(), Error> {
        self.index.replace(id, before, after)?;
        pending.totals.replace(before, after);
        Ok(())
    }
}
