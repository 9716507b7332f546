//! Figures for metrics.

use packager_artifact::SharedPart;

use crate::index::Stored;
use crate::pending::{Pending, lock};
use crate::record::Record;
use crate::{PackageId, Store};

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
    fn add(&mut self, stored: &Stored) {
        *self.count(&stored.record) += 1;
        self.own_bytes += stored.sealed_size_bytes;
    }

    fn subtract(&mut self, stored: &Stored) {
        *self.count(&stored.record) -= 1;
        self.own_bytes -= stored.sealed_size_bytes;
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
        pending: &mut Pending,
        id: PackageId,
        before: Option<&Stored>,
        after: Option<&Stored>,
    ) {
        self.index.replace(id, before, after);
        if let Some(after) = after {
            self.count(pending, after);
        }
        if let Some(before) = before {
            pending.totals.subtract(before);
            self.shared.end_use(shared_parts(before));
        }
    }

    /// Counts what is in the index.
    pub(crate) fn count(&self, pending: &mut Pending, stored: &Stored) {
        pending.totals.add(stored);
        self.shared.begin_use(shared_parts(stored));
    }
}

fn shared_parts(stored: &Stored) -> impl Iterator<Item = SharedPart> {
    match &stored.record {
        Record::Succeeded(package) => Some(package.layout.shared_parts()),
        _ => None,
    }
    .into_iter()
    .flatten()
}
