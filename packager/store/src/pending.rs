//! Packages in progress, in memory.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::request_digest::RequestDigest;
use crate::stats::Totals;
use crate::{Fingerprint, PackageId, Stage};

/// A lock that a panic of another thread does not take out of use: every change under these locks is one assignment
/// or one insertion, so nothing half done is left behind.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a job file says beside the request; what brings a job back after a restart.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct JobSummary {
    pub(crate) digest: RequestDigest,
    pub(crate) created_at: Timestamp,
    /// Tells jobs of the same instant apart.
    pub(crate) sequence: u64,
}

/// A job from its creation to the end of its build.
pub(crate) struct Job {
    pub(crate) fingerprint: Fingerprint,
    pub(crate) summary: JobSummary,
    pub(crate) request: Zeroizing<Vec<u8>>,
    /// What its build has come to ([`crate::Store::keep_work`]).
    pub(crate) work: Mutex<Zeroizing<Vec<u8>>>,
    /// Held while the finished package is being written. Who wants to make the job durable waits for that instead.
    pub(crate) publishing: Mutex<()>,
    pub(crate) file: Mutex<JobFile>,
}

/// Where a job's file stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum JobFile {
    /// It is in memory alone.
    Unwritten,
    /// It is on the disk.
    Written(PathBuf),
    /// The build is over: the file is gone, or never was.
    Over,
}

impl Job {
    pub(crate) fn new(
        fingerprint: Fingerprint,
        summary: JobSummary,
        request: Zeroizing<Vec<u8>>,
        work: Zeroizing<Vec<u8>>,
        file: JobFile,
    ) -> Self {
        Self {
            fingerprint,
            summary,
            request,
            work: Mutex::new(work),
            publishing: Mutex::new(()),
            file: Mutex::new(file),
        }
    }

    /// Ends the job, and gives back the file to destroy.
    pub(crate) fn end(&self) -> Vec<PathBuf> {
        match std::mem::replace(&mut *lock(&self.file), JobFile::Over) {
            JobFile::Written(path) => vec![path],
            JobFile::Unwritten | JobFile::Over => Vec::new(),
        }
    }
}

/// The changing part of a store. Its lock is held for changes of the index and of these maps, never while a file is
/// written.
#[derive(Default)]
pub(crate) struct Pending {
    jobs: HashMap<PackageId, (Arc<Job>, Stage)>,
    by_fingerprint: HashMap<Fingerprint, PackageId>,
    queued: usize,
    sequence: u64,
    pub(crate) totals: Totals,
}

impl Pending {
    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    pub(crate) fn insert(&mut self, id: PackageId, job: Arc<Job>) {
        self.sequence = self.sequence.max(job.summary.sequence);
        self.by_fingerprint.insert(job.fingerprint, id);
        self.jobs.insert(id, (job, Stage::Queued));
        self.queued += 1;
    }

    pub(crate) fn remove(&mut self, id: PackageId) -> Option<Arc<Job>> {
        let (job, stage) = self.jobs.remove(&id)?;
        self.queued -= usize::from(stage == Stage::Queued);
        if self.by_fingerprint.get(&job.fingerprint) == Some(&id) {
            self.by_fingerprint.remove(&job.fingerprint);
        }
        Some(job)
    }

    pub(crate) fn get(&self, id: PackageId) -> Option<&Arc<Job>> {
        self.jobs.get(&id).map(|(job, _)| job)
    }

    pub(crate) fn stage(&self, id: PackageId) -> Option<Stage> {
        self.jobs.get(&id).map(|(_, stage)| *stage)
    }

    pub(crate) fn set_stage(&mut self, id: PackageId, stage: Stage) {
        if let Some((_, now)) = self.jobs.get_mut(&id) {
            self.queued += usize::from(stage == Stage::Queued);
            self.queued -= usize::from(*now == Stage::Queued);
            *now = stage;
        }
    }

    pub(crate) fn find(&self, fingerprint: &Fingerprint) -> Option<PackageId> {
        self.by_fingerprint.get(fingerprint).copied()
    }

    /// How many wait for a worker.
    pub(crate) const fn queued(&self) -> usize {
        self.queued
    }

    /// How many wait or are being built.
    pub(crate) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// All of them, the oldest first.
    pub(crate) fn in_order(&self) -> Vec<PackageId> {
        let mut jobs: Vec<_> = self
            .jobs
            .iter()
            .map(|(id, (job, _))| ((job.summary.created_at, job.summary.sequence), *id))
            .collect();
        jobs.sort_unstable();
        jobs.into_iter().map(|(_, id)| id).collect()
    }
}
