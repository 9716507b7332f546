//! Putting a data directory in order after whatever happened to the last process.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;

use crate::durable;
use crate::index::Stored;
use crate::pending::{Job, JobFile, JobSummary, lock};
use crate::publish::OwnSummary;
use crate::record::Record;
use crate::seal::{self, Broken, Purpose};
use crate::{Error, PackageId, Store};

/// The sealed files of one package.
#[derive(Default)]
struct Found {
    job: bool,
    own_size_bytes: Option<u64>,
}

impl Store {
    /// Makes the index and the files agree. Goes folder by folder, so that the memory it takes is a 256th of what is
    /// stored.
    pub(crate) fn recover(&self, now: Timestamp) -> Result<(), Error> {
        for first in 0..=u8::MAX {
            self.recover_folder(first, now)?;
        }
        self.index.flush()
    }

    fn recover_folder(&self, first: u8, now: Timestamp) -> Result<(), Error> {
        let folder = self.dir.join("packages").join(format!("{first:02x}"));
        let mut files = list(&folder).map_err(Error::io("list the stored packages"))?;
        let mut doomed = Vec::new();
        for known in self.index.scan(first) {
            let (id, before) = known?;
            let found = files.remove(&id).unwrap_or_default();
            let after = self.settle(&before, &found, now);
            let mut pending = lock(&self.pending);
            self.count(&mut pending, &before);
            if after.as_ref() != Some(&before) {
                self.replace(&mut pending, id, Some(&before), after.as_ref())?;
            }
            drop(pending);
            let is_live = matches!(
                after,
                Some(Stored {
                    record: Record::Succeeded(_),
                    ..
                })
            );
            if found.own_size_bytes.is_some() && !is_live {
                doomed.push(self.path(id, Purpose::Own));
            }
            if found.job {
                doomed.push(self.path(id, Purpose::Job));
            }
        }
        for (id, found) in files {
            self.take_in(id, &found, now, &mut doomed)?;
        }
        self.shred(doomed)
    }

    /// What is to be said of a package at `now`, given what there is of its files.
    fn settle(&self, before: &Stored, found: &Found, now: Timestamp) -> Option<Stored> {
        let record = before.record.clone().seen_at(now, self.settings.remember_expired)?;
        if record != before.record {
            return Some(Stored {
                fingerprint: None,
                sealed_size_bytes: 0,
                record,
            });
        }
        Some(match (&record, found.own_size_bytes) {
            (Record::Succeeded(_), Some(size)) if size != before.sealed_size_bytes => {
                tracing::warn!("a stored package is torn and was taken out of use");
                self.without_own(Broken::Torn, now)
            }
            (Record::Succeeded(_), None) => self.without_own(Broken::Destroyed, now),
            _ => before.clone(),
        })
    }

    /// Takes in a package that the index does not know: one that was finished, or one that is to be built.
    fn take_in(&self, id: PackageId, found: &Found, now: Timestamp, doomed: &mut Vec<PathBuf>) -> Result<(), Error> {
        let own = self.path(id, Purpose::Own);
        let job = self.path(id, Purpose::Job);
        let mut broken = None;
        if let Some(sealed_size_bytes) = found.own_size_bytes {
            match self
                .open_own(id)?
                .and_then(|sections| read_summary::<OwnSummary>(&sections.summary))
            {
                Ok(summary) => {
                    if found.job {
                        doomed.push(job);
                    }
                    return self.take_in_finished(id, summary, sealed_size_bytes, now, doomed);
                }
                Err(why) => {
                    broken = Some(why);
                    doomed.push(own);
                }
            }
        }
        if found.job {
            let file = fs::read(&job).map_err(Error::io("read a job"))?;
            match seal::open(&self.keyring, Purpose::Job, id, file)
                .and_then(|sections| Ok((read_summary::<JobSummary>(&sections.summary)?, sections.body)))
            {
                Ok((summary, request)) => {
                    let fingerprint = self.keyring.fingerprint(&summary.digest);
                    let queued = Job::new(fingerprint, summary, request, JobFile::Written(job));
                    lock(&self.pending).insert(id, Arc::new(queued));
                    return Ok(());
                }
                Err(why) => {
                    broken = Some(why);
                    doomed.push(job);
                }
            }
        }
        if let Some(broken) = broken {
            tracing::warn!(package = %id.short(), ?broken, "a stored package does not open and was taken out of use");
            let after = self.without_own(broken, now);
            self.replace(&mut lock(&self.pending), id, None, Some(&after))?;
        }
        Ok(())
    }

    fn take_in_finished(
        &self,
        id: PackageId,
        summary: OwnSummary,
        sealed_size_bytes: u64,
        now: Timestamp,
        doomed: &mut Vec<PathBuf>,
    ) -> Result<(), Error> {
        let path = self.path(id, Purpose::Own);
        let record = Record::Succeeded(summary.package).seen_at(now, self.settings.remember_expired);
        let live = matches!(record, Some(Record::Succeeded(_)));
        if live {
            // It may have been written a moment before the process was killed, and never synced.
            File::open(&path)
                .and_then(|file| durable::sync(&file, path.parent().unwrap_or(&self.dir)))
                .map_err(Error::io("sync a package"))?;
        } else {
            doomed.push(path);
        }
        let after = record.map(|record| Stored {
            fingerprint: live.then(|| self.keyring.fingerprint(&summary.digest)),
            sealed_size_bytes: if live { sealed_size_bytes } else { 0 },
            record,
        });
        self.replace(&mut lock(&self.pending), id, None, after.as_ref())
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
