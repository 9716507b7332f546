//! What the Notary API says, as far as it is read.

use serde::{Deserialize, Serialize};

use crate::{SubmissionId, UploadGrant};

/// The body of `POST submissions`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewSubmission<'a> {
    pub(crate) submission_name: &'a str,
    /// In lower-case hexadecimal.
    pub(crate) sha256: String,
}

/// What every answer is wrapped in.
#[derive(Deserialize)]
pub(crate) struct Answer<T> {
    pub(crate) data: T,
}

/// The answer of `POST submissions`.
#[derive(Deserialize)]
pub(crate) struct Submitted {
    pub(crate) id: SubmissionId,
    pub(crate) attributes: UploadGrant,
}

/// The answer of `GET submissions/{id}`.
#[derive(Deserialize)]
pub(crate) struct Status {
    pub(crate) attributes: StatusAttributes,
}

#[derive(Deserialize)]
pub(crate) struct StatusAttributes {
    pub(crate) status: Verdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Verdict {
    #[serde(rename = "In Progress")]
    InProgress,
    Accepted,
    Invalid,
    Rejected,
    /// A word that Apple added since.
    #[serde(other)]
    Unknown,
}

/// The answer of `GET submissions/{id}/logs`.
#[derive(Deserialize)]
pub(crate) struct LogPlace {
    pub(crate) attributes: LogPlaceAttributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LogPlaceAttributes {
    pub(crate) developer_log_url: String,
}
