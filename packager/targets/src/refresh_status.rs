use jiff::Timestamp;

use crate::error::Error;

/// How the repository has answered lately. The times are those that refreshes were begun with.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct RefreshStatus {
    /// The last refresh that succeeded; `None` before the first of this process.
    pub succeeded_at: Option<Timestamp>,
    /// The first of the refreshes that have failed since; `None` if the last one succeeded.
    pub failing_since: Option<Timestamp>,
    /// Why the last one failed.
    pub failure: Option<Error>,
    /// When the first role of the metadata that was verified last expires, or has expired; `None` if there is none. It
    /// may be that of an earlier process.
    pub expires: Option<Timestamp>,
}

impl RefreshStatus {
    /// Whether the last refresh succeeded.
    #[must_use]
    pub const fn is_fresh(&self) -> bool {
        self.succeeded_at.is_some() && self.failing_since.is_none()
    }

    pub(crate) fn record<T>(&mut self, now: Timestamp, outcome: &Result<T, Error>) {
        match outcome {
            Ok(_) => {
                self.succeeded_at = Some(now);
                self.failing_since = None;
                self.failure = None;
            }
            Err(error) => {
                self.failing_since.get_or_insert(now);
                self.failure = Some(error.clone());
            }
        }
    }
}
