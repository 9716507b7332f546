//! Putting a data directory in order after whatever happened to the last process.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use packager_faults::{self as faults, Point, Start};

use crate::index::Stored;
use crate::pending::{Job, JobFile, JobSummary, Pending, lock};
use crate::publish::OwnSummary;
use crate::record::Record;
use crate::seal::{self, Broken, Purpose, Sections};
use crate::{Error, PackageId, Store};

/// What is to become of a job that nothing is known of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnknownJobs {
    /// An earlier process promised its package.
    Queue,
    /// This process gave it up, and could not destroy it at that time.
    Destroy,
}

/// The sealed files of one package.
#[derive(Default)]
struct Found {
    job: bool,
    own_size_bytes: Option<u64>,
}

/// A walk over everything that is stored.
struct Recovery<'a> {
    store: &'a Store,
    pending: &'a mut Pending,
    unknown_jobs: UnknownJobs,
    now: Timestamp,
    /// Whether what earlier processes wrote is known to be on the disk.
    synced: bool,
    doomed: Vec<PathBuf>,
}

impl Store {
    /// Makes index, files and shared parts agree after the index was opened.
    pub(crate) fn put_in_order(&self, now: Timestamp) -> Result<(), Error> {
        let at = |step| faults::point(Point::Start(step)).map_err(Error::io("open the data directory"));
        self.recover_or_begin_anew(&mut lock(&self.pending), UnknownJobs::Queue, now)?;
        at(Start::Recovered)?;
        // Only now is it known which parts are in use.
        self.shared.load()?;
        at(Start::PartsLoaded)
    }

    /// Makes the index and the files agree; an index that turns out to be damaged is made anew from the files.
    pub(crate) fn recover_or_begin_anew(
        &self,
        pending: &mut Pending,
        unknown_jobs: UnknownJobs,
        now: Timestamp,
    ) -> Result<(), Error> {
        match self.recover(pending, unknown_jobs, now) {
            Err(Error::Index(reason)) => {
                tracing::error!(reason, "the index is damaged; it is made anew from the sealed files");
                self.index.begin_anew()?;
                self.recover(pending, unknown_jobs, now)
            }
            done => done,
        }
    }

    /// Goes folder by folder, so that the memory it takes is a 256th of what is stored.
    fn recover(&self, pending: &mut Pending, unknown_jobs: UnknownJobs, now: Timestamp) -> Result<(), Error> {
        pending.totals = crate::stats::Totals::default();
        self.shared.forget_uses();
        let mut recovery = Recovery {
            store: self,
            pending,
            unknown_jobs,
            now,
            synced: false,
            doomed: Vec::new(),
        };
        for first in 0..=u8::MAX {
            recovery.folder(first)?;
            faults::point(Point::Start(Start::FolderRecovered)).map_err(Error::io("open the data directory"))?;
        }
        let doomed = recovery.doomed;
        self.index.flush()?;
        if let Err(error) = self.shred(doomed) {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "cannot destroy what is left over yet"
            );
        }
        Ok(())
    }
}

impl Recovery<'_> {
    fn folder(&mut self, first: u8) -> Result<(), Error> {
        let store = self.store;
        let folder = store.dir.join("packages").join(format!("{first:02x}"));
        let mut files = list(&folder).map_err(Error::io("list the stored packages"))?;
        // Packages in progress have their files in hand.
        files.retain(|id, _| self.pending.get(*id).is_none());
        for (id, before) in store.index.scan(first)? {
            let found = files.remove(&id).unwrap_or_default();
            let after = self.settle(&before, &found);
            store.count(self.pending, &before);
            if after != before {
                store.replace(self.pending, id, Some(&before), Some(&after));
            }
            if found.own_size_bytes.is_some() && !matches!(after.record, Record::Succeeded(_)) {
                self.doomed.push(store.path(id, Purpose::Own));
            }
            if found.job {
                self.doomed.push(store.path(id, Purpose::Job));
            }
        }
        files.into_iter().try_for_each(|(id, found)| self.take_in(id, &found))
    }

    /// What is to be said of a package, given what there is of its files. Whose time has come is left to the reaper.
    fn settle(&self, before: &Stored, found: &Found) -> Stored {
        let Record::Succeeded(package) = &before.record else {
            return before.clone();
        };
        match found.own_size_bytes {
            Some(size) if size != before.sealed_size_bytes => {
                tracing::warn!("a stored package is torn and was taken out of use");
                self.store.without_own(Broken::Torn, self.now)
            }
            None if package.expires_at > self.now => self.store.without_own(Broken::Destroyed, self.now),
            _ => before.clone(),
        }
    }

    /// Takes in a package that the index does not know: one that was finished, or one that is to be built.
    fn take_in(&mut self, id: PackageId, found: &Found) -> Result<(), Error> {
        let store = self.store;
        let own = store.path(id, Purpose::Own);
        let job = store.path(id, Purpose::Job);
        let mut broken = None;
        if let Some(sealed_size_bytes) = found.own_size_bytes {
            match store
                .open_own(id)?
                .and_then(|sections| read_summary::<OwnSummary>(&sections.summary))
            {
                Ok(summary) => {
                    if found.job {
                        self.doomed.push(job);
                    }
                    return self.take_in_finished(id, summary, sealed_size_bytes);
                }
                Err(why) => {
                    broken = Some(why);
                    self.doomed.push(own);
                }
            }
        }
        if found.job && self.unknown_jobs == UnknownJobs::Destroy {
            self.doomed.push(job);
        } else if found.job {
            let file = fs::read(&job).map_err(Error::io("read a job"))?;
            match seal::open(&store.keyring, Purpose::Job, id, file)
                .and_then(|sections| Ok((read_summary::<JobSummary>(&sections.summary)?, sections)))
            {
                Ok((summary, Sections { body, extra, .. })) => {
                    let fingerprint = store.keyring.fingerprint(&summary.digest);
                    let queued = Job::new(fingerprint, summary, body, extra, JobFile::Written(job));
                    self.pending.insert(id, Arc::new(queued));
                    return Ok(());
                }
                Err(why) => {
                    broken = Some(why);
                    self.doomed.push(job);
                }
            }
        }
        if let Some(broken) = broken {
            tracing::warn!(package = %id.short(), ?broken, "a stored package does not open and was taken out of use");
            let after = store.without_own(broken, self.now);
            store.replace(self.pending, id, None, Some(&after));
        }
        Ok(())
    }

    fn take_in_finished(&mut self, id: PackageId, summary: OwnSummary, sealed_size_bytes: u64) -> Result<(), Error> {
        if !self.synced {
            // It may have been written a moment before the process was killed, and never synced.
            File::open(&self.store.dir)
                .and_then(|folder| Ok(rustix::fs::syncfs(folder)?))
                .map_err(Error::io("sync the stored packages"))?;
            self.synced = true;
        }
        let after = Stored {
            fingerprint: Some(self.store.keyring.fingerprint(&summary.digest)),
            sealed_size_bytes,
            record: Record::Succeeded(summary.package),
        };
        self.store.replace(self.pending, id, None, Some(&after));
        Ok(())
    }
}

fn read_summary<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, Broken> {
    serde_json::from_slice(text).map_err(|_| Broken::Torn)
}

fn list(folder: &Path) -> std::io::Result<HashMap<PackageId, Found>> {
    let mut files: HashMap<_, Found> = HashMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let parts = name.to_str().and_then(|name| name.split_once('.'));
        let parsed = parts.and_then(|(id, extension)| Some((id.parse::<PackageId>().ok()?, extension)));
        match parsed {
            Some((id, "job")) => files.entry(id).or_default().job = true,
            Some((id, "own")) => files.entry(id).or_default().own_size_bytes = Some(entry.metadata()?.len()),
            _ => tracing::warn!(name = %name.display(), "a file among the packages is none of the store's"),
        }
    }
    Ok(files)
}
