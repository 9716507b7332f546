//! The other end of a build.

use jiff::Timestamp;

use crate::index::Stored;
use crate::pending::lock;
use crate::record::{Failed, Record, later};
use crate::{Error, PackageId, Store};

/// Longest text that is kept of a failure; more is cut off at its end.
const LOGS_LIMIT_BYTES: usize = 64 * 1024;

impl Store {
    /// Ends a build without a package. `logs` is for the person who asked and must be free of secrets; it is kept in
    /// the clear. The failure is remembered as long as a package would be, and the job is destroyed.
    ///
    /// # Errors
    /// [`Error::NotInProgress`] when the package was destroyed meanwhile. An error of the disk is none: the failure reads
    /// as one all the same, and the job is destroyed as soon as the disk allows.
    pub fn fail(&self, id: PackageId, logs: &str, now: Timestamp) -> Result<(), Error> {
        let logs = cut(logs);
        let (job, stored) = {
            let mut pending = lock(&self.pending);
            let Some(job) = pending.get(id).cloned() else {
                return Err(Error::NotInProgress);
            };
            let stored = Stored {
                fingerprint: Some(job.fingerprint),
                sealed_size_bytes: 0,
                record: Record::Failed(Failed {
                    logs: logs.to_owned(),
                    failed_at: now,
                    expires_at: later(now, self.settings.expire_after),
                }),
            };
            self.replace(&mut pending, id, None, Some(&stored));
            pending.remove(id);
            (job, stored)
        };
        // First the record, then the job: a crash in between finds at least one of them. If the record does not reach the
        // disk now, the job stays until it does.
        if self.index.flush_change(id, &stored).is_err() {
            return Ok(());
        }
        if let Err(error) = self.shred(job.end()) {
            tracing::warn!(package = %id.short(), error = &error as &dyn std::error::Error, "cannot destroy a failed job yet");
        }
        Ok(())
    }
}

fn cut(logs: &str) -> &str {
    // A character takes at most four bytes, so one of four neighbouring places is between two characters.
    let end = (0..4)
        .map(|back| LOGS_LIMIT_BYTES - back)
        .find_map(|end| logs.get(..end));
    if logs.len() <= LOGS_LIMIT_BYTES {
        logs
    } else {
        end.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_logs_are_cut_between_characters() {
        let limit = "x".repeat(LOGS_LIMIT_BYTES);
        assert_eq!(cut(&limit), limit);
        assert_eq!(cut(&format!("{limit}y")), limit);
        for pad in 0..4 {
            let logs = "x".repeat(LOGS_LIMIT_BYTES - pad) + "\u{1f980}\u{1f980}";
            let kept = cut(&logs);
            assert!(logs.starts_with(kept) && kept.len() > LOGS_LIMIT_BYTES - 4, "{pad}");
        }
    }
}
