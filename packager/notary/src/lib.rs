//! Notarization of macOS packages, over Apple's Notary API v2.
//!
//! Apple looks at a signed package and issues a ticket for it, without which macOS refuses what was downloaded. The steps
//! and what is sent at each:
//!
//! ```text
//! POST {api}/submissions            SHA-256 and name of the package -> an id, and the right to upload for 12 hours
//! PUT  {upload}/{bucket}/{object}   the package, to S3, signed with that right (AWS Signature Version 4)
//! GET  {api}/submissions/{id}       In Progress … then Accepted, Invalid or Rejected
//! GET  {api}/submissions/{id}/logs  where the log is, which says what Apple found
//! POST {tickets}                    the ticket, found by the package's checksum; it lags behind acceptance
//! ```
//!
//! Requests to `{api}` bear a token that is signed with an App Store Connect key ([`ApiKey`]).
//!
//! A submission is made once ([`Submission`]): what Apple answered to the first step is handed to a [`Journal`] before the
//! second begins, so that a process that was killed goes on where it was: it uploads with the right that it was given, or
//! waits. All of it may take an hour, and servers may fail meanwhile; what may pass is waited for, longer each time.
//!
//! Time comes from a [`packager_clock::Clock`]. A package is read as often as it is uploaded, from its beginning, a block
//! at a time, and is never held in memory.

mod answer;
mod api;
mod api_key;
mod call;
mod daily_limit;
mod error;
mod grant;
mod json;
mod log;
mod notary;
mod package;
mod patience;
mod settings;
mod sigv4;
mod submission;
mod ticket;
mod upload;

pub use api_key::{ApiKey, ApiKeyError};
pub use daily_limit::DailyLimit;
pub use error::{Error, Rejection};
pub use grant::UploadGrant;
pub use notary::Notary;
pub use package::{Package, PackageBytes};
pub use patience::Patience;
pub use settings::NotarySettings;
pub use submission::{Journal, Progress, Submission, SubmissionId};
