//! A submission, as it is kept.

use std::fmt;
use std::io;
use std::str::FromStr;

use async_trait::async_trait;
use jiff::Timestamp;
use packager_artifact::Sha256Digest;
use serde::{Deserialize, Serialize};

use crate::UploadGrant;

/// Apple's name for a submission. It goes into addresses, so it is checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SubmissionId(String);

/// A text that is not the name of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the id of a submission")]
pub struct InvalidSubmissionId;

/// A submission that Apple knows.
///
/// Serialised it holds the right to upload, so it is to be kept sealed until [`Progress::Uploading`] is over; nothing in it
/// says anything of who asked for the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submission {
    /// Its name.
    pub id: SubmissionId,
    /// When it was made, by this machine's clock.
    pub submitted_at: Timestamp,
    /// The SHA-256 of the package that it is for: no other may be uploaded for it.
    pub sha256: Sha256Digest,
    /// How far it is.
    pub progress: Progress,
}

/// How far a submission is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// The package is to be uploaded, from its beginning.
    Uploading(UploadGrant),
    /// Apple has it, and is waited for.
    Waiting,
    /// Apple accepted it: there will be a ticket.
    Accepted,
}

/// Where submissions are written down.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Keeps `submission` in the place of what was kept for this package. When this returns, a restart finds it.
    ///
    /// # Errors
    /// When it cannot be kept. The submission then goes no further.
    async fn record(&self, submission: &Submission) -> io::Result<()>;
}

impl SubmissionId {
    /// The name as Apple wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SubmissionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SubmissionId {
    type Err = InvalidSubmissionId;

    fn from_str(text: &str) -> Result<Self, InvalidSubmissionId> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !(1..=64).contains(&text.len()) || !text.bytes().all(is_allowed) {
            return Err(InvalidSubmissionId);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for SubmissionId {
    type Error = InvalidSubmissionId;

    fn try_from(text: String) -> Result<Self, InvalidSubmissionId> {
        text.parse()
    }
}

impl From<SubmissionId> for String {
    fn from(id: SubmissionId) -> Self {
        id.0
    }
}
