//! Asking for a package.

use std::sync::Arc;

use jiff::Timestamp;
use packager_faults::File;
use zeroize::Zeroizing;

use crate::pending::{Job, JobFile, JobSummary, Pending, lock};
use crate::record::Record;
use crate::request_digest::RequestDigest;
use crate::seal::{self, Purpose};
use crate::{Error, Fingerprint, PackageId, Stage, StorageLimit, Store};

/// What to do about an equal request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Its id is the answer.
    No,
    /// Build again, under a new id.
    Yes,
}

/// Whether there is something to build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// An equal request has been made before, and its package is the answer.
    Joined,
    /// The package is new, and has to be built.
    Created,
}

/// The answer to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// The package.
    pub id: PackageId,
    /// Whether it is new.
    pub outcome: Outcome,
}

/// Left free whatever the limit says: what is under way at once, and the index's next segments.
pub(crate) const RESERVE_BYTES: u64 = 16 * 1024 * 1024;

impl Store {
    /// Takes a request: [`Store::reserve`] and [`Store::make_durable`] in one. After an error nothing is queued.
    pub fn submit(&self, asked: Fingerprint, job: &[u8], retry: Retry, now: Timestamp) -> Result<Submitted, Error> {
        let submitted = self.reserve(asked, job, retry, now, || Ok(()))?;
        match self.make_durable(submitted.id) {
            Ok(()) => Ok(submitted),
            Err(error) => {
                // Nobody knows the id, so nobody would build it.
                if submitted.outcome == Outcome::Created {
                    lock(&self.pending).remove(submitted.id);
                }
                Err(error)
            }
        }
    }

    /// Takes a request without waiting for the disk. An equal request in progress, ready and not expired (with all its
    /// shared parts there), or failed (unless `retry` is [`Retry::Yes`]) is joined; otherwise a package with a random id is queued, and `job`, the
    /// canonical request, is kept for its build. Of equal requests at the same time one creates and the others join.
    ///
    /// The build may begin at once. But before anybody is told the id, [`Store::make_durable`] must have been called:
    /// a package that was only reserved is not known any more after a crash.
    ///
    /// `admit` is asked last, and only where a new package is needed; it must not wait for anything.
    ///
    /// # Errors
    /// [`Error::QueueFull`], [`Error::StorageFull`] and [`Error::Unusable`] where a new package would be needed, and what
    /// `admit` says.
    pub fn reserve(
        &self,
        asked: Fingerprint,
        job: &[u8],
        retry: Retry,
        now: Timestamp,
        admit: impl FnOnce() -> Result<(), Error>,
    ) -> Result<Submitted, Error> {
        let mut pending = lock(&self.pending);
        if let Some(id) = self.joinable(&pending, &asked, retry, now)? {
            return Ok(Submitted {
                id,
                outcome: Outcome::Joined,
            });
        }
        // A package that cannot be remembered is not promised.
        if !self.index.is_sound() {
            return Err(Error::Unusable);
        }
        if pending.queued() >= self.settings.queue_limit {
            return Err(Error::QueueFull);
        }
        self.check_room(&pending)?;
        admit()?;
        let id = PackageId::random();
        let summary = JobSummary {
            digest: RequestDigest::of(job),
            created_at: now,
            sequence: pending.next_sequence(),
        };
        let request = Zeroizing::new(job.to_vec());
        let job = Job::new(asked, summary, request, Zeroizing::default(), JobFile::Unwritten);
        pending.insert(id, Arc::new(job));
        Ok(Submitted {
            id,
            outcome: Outcome::Created,
        })
    }

    /// Returns once the package `id` survives a crash: at once if it does already, and otherwise when its job is on
    /// the disk, or its build has ended, whichever comes first. A build that ends soon enough saves the writing of its
    /// job, so it pays to give it a few milliseconds before this is called.
    ///
    /// # Errors
    /// [`Error::Unknown`] for an id that was never reserved, [`Error::StorageFull`] and errors of the disk.
    pub fn make_durable(&self, id: PackageId) -> Result<(), Error> {
        let job = lock(&self.pending).get(id).cloned();
        let Some(job) = job else {
            return match self.index.get(id)? {
                Some(_) => Ok(()),
                None => Err(Error::Unknown),
            };
        };
        drop(lock(&job.publishing));
        let mut file = lock(&job.file);
        if *file != JobFile::Unwritten {
            return Ok(());
        }
        let sealed = self.sealed_job(id, &job, &[])?;
        let path = self.path(id, Purpose::Job);
        if let Err(error) = self.write(File::Job, &path, &sealed) {
            // It may have got its name before the sync failed.
            self.discard(path);
            return Err(error);
        }
        *file = JobFile::Written(path);
        Ok(())
    }

    /// The bytes of a job's file.
    pub(crate) fn sealed_job(&self, id: PackageId, job: &Job, work: &[u8]) -> Result<Vec<u8>, Error> {
        let summary = Zeroizing::new(serde_json::to_vec(&job.summary)?);
        seal::seal(&self.keyring, Purpose::Job, id, [&summary, &job.request, work])
    }

    /// The canonical request of a package in progress.
    ///
    /// # Errors
    /// [`Error::NotInProgress`] for any other package.
    pub fn job(&self, id: PackageId) -> Result<Zeroizing<Vec<u8>>, Error> {
        let job = lock(&self.pending).get(id).cloned();
        job.map(|job| job.request.clone()).ok_or(Error::NotInProgress)
    }

    /// Says how far the build of a package is. Nothing happens if it is not in progress any more.
    pub fn set_stage(&self, id: PackageId, stage: Stage) {
        lock(&self.pending).set_stage(id, stage);
    }

    /// The package that answers a request already.
    fn joinable(
        &self,
        pending: &Pending,
        asked: &Fingerprint,
        retry: Retry,
        now: Timestamp,
    ) -> Result<Option<PackageId>, Error> {
        if let Some(id) = pending.find(asked) {
            return Ok(Some(id));
        }
        let Some(id) = self.index.find(asked)? else {
            return Ok(None);
        };
        let stored = self.index.get(id)?;
        let record = stored.and_then(|stored| stored.record.seen_at(now, self.settings.remember_expired));
        Ok(match (record, retry) {
            (Some(Record::Failed(_)), Retry::No) => Some(id),
            // One that cannot be served, and perhaps never again, answers nothing.
            (Some(Record::Succeeded(package)), _) if self.has_parts_of(&package) => Some(id),
            _ => None,
        })
    }

    fn check_room(&self, pending: &Pending) -> Result<(), Error> {
        let disk = rustix::fs::statvfs(&self.dir).map_err(|error| Error::io("look at the disk")(error.into()))?;
        let reserve = RESERVE_BYTES / disk.f_frsize.max(1);
        let full = match self.settings.storage_limit {
            StorageLimit::Bytes(limit) => pending.totals.own_bytes.saturating_add(self.shared.size_bytes()) >= limit,
            StorageLimit::DiskPercent(limit) => {
                // As df(1) reckons: what only root may use counts neither as used nor as usable.
                let used = u128::from(disk.f_blocks.saturating_sub(disk.f_bfree));
                used * 100 >= (used + u128::from(disk.f_bavail)) * u128::from(limit)
            }
        };
        if full || disk.f_bavail < reserve {
            return Err(Error::StorageFull);
        }
        Ok(())
    }
}
