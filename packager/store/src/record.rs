//! What the store says of a package.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use packager_artifact::{Layout, Sha256Digest};
use serde::{Deserialize, Serialize};

/// Where a package stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum Record {
    /// It waits or is being built.
    #[serde(skip)]
    InProgress(Stage),
    /// It is ready.
    Succeeded(Succeeded),
    /// Its build failed.
    Failed(Failed),
    /// It is gone.
    Expired(Expired),
}

/// What is being done for a package in progress. Stages live in memory alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// It waits for a worker.
    Queued,
    /// The agent's files are being fetched.
    Fetching,
    /// The package is being composed.
    Building,
    /// A signer is at work.
    Signing,
    /// The notary service is being waited for.
    Notarizing,
    /// The notary's ticket is being attached.
    Stapling,
    /// The package is being stored.
    Sealing,
}

/// A package that is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Succeeded {
    /// The conventional file name.
    pub file_name: String,
    /// The media type to serve it with.
    pub media_type: String,
    /// The SHA-256 of the whole.
    pub sha256: Sha256Digest,
    /// The length of the whole.
    pub size_bytes: u64,
    /// The order of its parts.
    pub layout: Layout,
    /// From this instant on it is expired.
    pub expires_at: Timestamp,
    /// Whether it carries a signature.
    pub signature: Signature,
    /// Whether a configuration profile lies beside it.
    #[serde(default)]
    pub has_profile: bool,
    /// Which releases it holds.
    pub versions: Versions,
}

/// Whether a package carries a signature of its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signature {
    /// It does.
    Signed,
    /// It does, in a file of its own beside the package.
    Detached {
        /// The length of that file.
        size_bytes: u64,
    },
    /// It does not.
    Unsigned,
}

impl Signature {
    /// Whether there is one, wherever.
    #[must_use]
    pub const fn is_present(self) -> bool {
        !matches!(self, Self::Unsigned)
    }
}

/// The releases in a package.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Versions {
    /// Of orbit.
    pub orbit: String,
    /// Of osqueryd.
    pub osqueryd: String,
    /// Of Fleet Desktop, where the package holds it.
    pub desktop: Option<String>,
}

/// A package whose build failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// What to tell the person who asked; free of secrets.
    pub logs: String,
    /// When the build ended.
    pub failed_at: Timestamp,
    /// From this instant on the failure reads as expired.
    pub expires_at: Timestamp,
}

/// A package that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expired {
    /// Since when.
    pub at: Timestamp,
}

impl Record {
    /// What the record says at `now`, to the nanosecond: `None` once it is to be forgotten.
    pub(crate) fn seen_at(self, now: Timestamp, remember_expired: Duration) -> Option<Self> {
        let at = match &self {
            Self::InProgress(_) => return Some(self),
            Self::Succeeded(Succeeded { expires_at, .. }) | Self::Failed(Failed { expires_at, .. }) => {
                if now < *expires_at {
                    return Some(self);
                }
                *expires_at
            }
            Self::Expired(Expired { at }) => *at,
        };
        (now < later(at, remember_expired)).then_some(Self::Expired(Expired { at }))
    }

    /// When the reaper has to come by next; never for a package in progress.
    pub(crate) fn due(&self, remember_expired: Duration) -> Option<Timestamp> {
        match self {
            Self::InProgress(_) => None,
            Self::Succeeded(Succeeded { expires_at, .. }) | Self::Failed(Failed { expires_at, .. }) => {
                Some(*expires_at)
            }
            Self::Expired(Expired { at }) => Some(later(*at, remember_expired)),
        }
    }
}

/// `at` and `by` together, or the end of time.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by)
        .ok()
        .and_then(|by| at.checked_add(by).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(nanosecond: i128) -> Timestamp {
        Timestamp::from_nanosecond(nanosecond).unwrap()
    }

    #[test]
    fn a_record_changes_at_its_instant_and_not_a_nanosecond_earlier() {
        let expires_at = at(5_000_000_000);
        let failed = Record::Failed(Failed {
            logs: String::new(),
            failed_at: at(0),
            expires_at,
        });
        assert_eq!(failed.clone().seen_at(at(4_999_999_999), SECOND), Some(failed.clone()));
        let expired = Record::Expired(Expired { at: expires_at });
        for record in [failed, expired.clone()] {
            assert_eq!(record.clone().seen_at(at(5_000_000_000), SECOND), Some(expired.clone()));
            assert_eq!(record.clone().seen_at(at(5_999_999_999), SECOND), Some(expired.clone()));
            assert_eq!(record.seen_at(at(6_000_000_000), SECOND), None);
        }
    }

    #[test]
    fn times_end_at_the_end_of_time() {
        assert_eq!(later(at(1), Duration::MAX), Timestamp::MAX);
        assert_eq!(later(Timestamp::MAX, SECOND), Timestamp::MAX);
    }
}
