//! When a key's signatures count.

use jiff::Timestamp;
use pgp::types::{Duration, KeyDetails};

use crate::Error;

/// The time within which a key's signatures count: gpg refuses one from before its key was made, and one from after its
/// key expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Validity {
    /// In seconds since 1970-01-01 UTC.
    from: i64,
    /// The first second in which it is over.
    until: Option<i64>,
}

impl Validity {
    /// Of a key that says how long after its creation it expires. Zero is never (RFC 9580, section 5.2.3.13).
    pub(super) fn of(key: &dyn KeyDetails, expires_after: Option<Duration>) -> Self {
        let from = i64::from(key.created_at().as_secs());
        let span = expires_after.map_or(0, |span| std::time::Duration::from(span).as_secs());
        Self {
            from,
            until: (span > 0).then(|| from.saturating_add_unsigned(span)),
        }
    }

    /// What is common to both: a subkey does not outlive its primary key.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            from: self.from.max(other.from),
            until: self.until.into_iter().chain(other.until).min(),
        }
    }

    /// Whether a signature made at `at` counts.
    pub(super) fn check(self, at: Timestamp) -> Result<(), Error> {
        let at = at.as_second();
        if at < self.from {
            return Err(Error::NotYetValid(timestamp(self.from)));
        }
        match self.until {
            Some(until) if at >= until => Err(Error::Expired(timestamp(until))),
            _ => Ok(()),
        }
    }

    /// When it ends, if it does.
    pub(super) fn until(self) -> Option<Timestamp> {
        self.until.map(timestamp)
    }
}

fn timestamp(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::MAX)
}
