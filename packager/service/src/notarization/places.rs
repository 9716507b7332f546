//! How many packages may still be submitted today, over restarts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use packager_durable as durable;
use packager_faults::File;
use packager_notary::DailyLimit;

/// The file, in the data directory. It says when packages were submitted, and nothing of them.
const NAME: &str = "submissions.json";

/// Places among the submissions of a day.
pub(crate) struct Places {
    most: usize,
    dir: PathBuf,
    limit: Mutex<DailyLimit>,
    /// One writes at a time: the last one wins, and it knows most.
    writing: Mutex<()>,
}

impl Places {
    /// Takes up what was written down in the data directory `dir`, which the store has made. What cannot be read counts as
    /// nothing: Apple counts too.
    pub(crate) fn open(dir: &Path, most: usize) -> Self {
        let path = dir.join(NAME);
        let limit = match fs::read(&path).map(|text| serde_json::from_slice(&text)) {
            Ok(Ok(limit)) => limit,
            Ok(Err(_)) => {
                tracing::warn!(path = %path.display(), "is damaged; submissions are counted from the beginning");
                DailyLimit::default()
            }
            Err(error) => {
                if error.kind() != io::ErrorKind::NotFound {
                    tracing::warn!(%error, path = %path.display(), "cannot be read; submissions are counted from the beginning");
                }
                DailyLimit::default()
            }
        };
        Self {
            most,
            dir: dir.to_owned(),
            limit: Mutex::new(limit),
            writing: Mutex::default(),
        }
    }

    /// Takes a place. It is not on the disk before [`Self::write`].
    ///
    /// # Errors
    /// The time from which there is one again.
    pub(crate) fn take(&self, now: Timestamp) -> Result<(), Timestamp> {
        self.limit().take(self.most, now)
    }

    /// Gives a place back that nobody used.
    pub(crate) fn give_back(&self) {
        self.limit().give_back();
    }

    /// Writes down what is taken. Waits for the disk. A count that cannot be written is no reason to refuse packages.
    pub(crate) fn write(&self) {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let text = serde_json::to_vec(&*self.limit()).unwrap_or_default();
        let written = durable::write(File::Submissions, &self.dir.join("tmp"), &self.dir.join(NAME), &text);
        if let Err(error) = written {
            tracing::warn!(%error, "how many packages were submitted today cannot be written down");
        }
    }

    fn limit(&self) -> MutexGuard<'_, DailyLimit> {
        self.limit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_over_restarts() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("tmp")).unwrap();
        let now: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        let places = Places::open(dir.path(), 2);
        places.take(now).unwrap();
        places.write();
        let places = Places::open(dir.path(), 2);
        places.take(now).unwrap();
        let tomorrow: Timestamp = "2026-01-02T12:00:00Z".parse().unwrap();
        assert_eq!(places.take(now), Err(tomorrow));
        places.give_back();
        places.take(now).unwrap();
        assert_eq!(places.take(tomorrow), Ok(()));
    }

    #[test]
    fn what_is_damaged_counts_as_nothing() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(NAME), "[17]").unwrap();
        assert_eq!(Places::open(dir.path(), 1).take(Timestamp::UNIX_EPOCH), Ok(()));
    }
}
