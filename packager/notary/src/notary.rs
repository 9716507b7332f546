//! The way of a package through notarization.

use std::sync::Arc;
use std::time::Duration;

use futures_util::TryFutureExt;
use jiff::Timestamp;
use packager_clock::Clock;
use packager_http_client::HttpSettings;
use reqwest::Client;

use crate::answer::{Submitted, Verdict};
use crate::api::{self, Api};
use crate::call::{Failure, persist};
use crate::patience::after;
use crate::ticket::{self, Tickets};
use crate::upload::{self, Upload};
use crate::{ApiKey, Error, Journal, NotarySettings, Package, Patience, Progress, Rejection, Submission, SubmissionId};

/// How long after a submission Apple may not know it yet.
const UNKNOWN_FOR: Duration = Duration::from_secs(10 * 60);

/// A log lags behind its verdict, and the verdict stands without it.
const FOR_A_LOG: Patience = Patience {
    first_wait: Duration::from_secs(2),
    longest_wait: Duration::from_secs(30),
    in_all: Duration::from_secs(5 * 60),
};

/// How often a submission may be made anew because the right to upload ended before the upload did.
const NEW_SUBMISSIONS: usize = 1;

/// Has packages notarized. Cheap to share; packages are notarized side by side.
#[derive(Debug)]
pub struct Notary {
    key: ApiKey,
    settings: NotarySettings,
    clock: Arc<dyn Clock>,
    client: Client,
    /// Without a bound on the time to an answer, which an upload takes.
    upload_client: Client,
}

impl Notary {
    /// A notary with an App Store Connect key.
    ///
    /// # Errors
    /// [`packager_http_client::Error`].
    pub fn new(
        key: ApiKey,
        settings: NotarySettings,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, packager_http_client::Error> {
        let unhurried = HttpSettings {
            read_timeout: settings.submit.in_all,
            ..settings.connection.clone()
        };
        Ok(Self {
            key,
            client: packager_http_client::client(&settings.connection)?,
            upload_client: packager_http_client::client(&unhurried)?,
            settings,
            clock,
        })
    }

    /// Submits a package and waits until Apple accepts it; goes on with the submission that has `begun` if there is one.
    /// `journal` hears of each step before the next one begins.
    ///
    /// # Errors
    /// [`Error`], whose text is for the person who asked for the package.
    pub async fn notarize(
        &self,
        package: &Package,
        begun: Option<Submission>,
        journal: &dyn Journal,
    ) -> Result<Submission, Error> {
        let mut submission = match begun {
            Some(begun) if begun.sha256 != package.sha256 => return Err(Error::OtherPackage),
            Some(begun) => begun,
            None => self.submit(package, journal).await?,
        };
        let mut new_submissions = NEW_SUBMISSIONS;
        while let Progress::Uploading(grant) = &submission.progress {
            let upload = Upload {
                client: &self.upload_client,
                url: &self.settings.upload_url,
                region: &self.settings.upload_region,
                silence: self.settings.connection.read_timeout,
                clock: &*self.clock,
            };
            let mut waiting = self.settings.submit.begin(&*self.clock, self.clock.now());
            match persist(upload::WHAT, &mut waiting, || upload.put(package, grant)).await {
                Ok(()) => self.advance(&mut submission, Progress::Waiting, journal).await?,
                Err(Error::UploadExpired) if new_submissions > 0 => {
                    new_submissions -= 1;
                    submission = self.submit(package, journal).await?;
                }
                Err(error) => return Err(error),
            }
        }
        if submission.progress == Progress::Waiting {
            self.wait_for_verdict(&submission).await?;
            self.advance(&mut submission, Progress::Accepted, journal).await?;
        }
        Ok(submission)
    }

    /// Fetches the ticket of a package that was accepted, by the checksum of its table of contents: 20 bytes of SHA-1, or 32
    /// of SHA-256.
    ///
    /// # Errors
    /// [`Error::NoTicket`], also for a checksum of another length; [`Error::Unreachable`], [`Error::Refused`], [`Error::Malformed`].
    pub async fn ticket(&self, toc: &[u8]) -> Result<Vec<u8>, Error> {
        let tickets = Tickets {
            client: &self.client,
            url: &self.settings.ticket_url,
            clock: &*self.clock,
        };
        let mut waiting = self.settings.ticket.begin(&*self.clock, self.clock.now());
        loop {
            if let Some(ticket) = persist(ticket::WHAT, &mut waiting, || {
                tickets.find(toc).map_err(Failure::or_later)
            })
            .await?
            {
                return Ok(ticket);
            }
            waiting.wait(None).await.map_err(|_| Error::NoTicket)?;
        }
    }

    async fn submit(&self, package: &Package, journal: &dyn Journal) -> Result<Submission, Error> {
        let api = self.api();
        let mut waiting = self.settings.submit.begin(&*self.clock, self.clock.now());
        let Submitted { id, attributes } = persist(api::WHAT, &mut waiting, || api.submit(package)).await?;
        tracing::info!(submission = %id, package = package.name, "submitted to Apple's notary service");
        let submission = Submission {
            id,
            submitted_at: self.clock.now(),
            sha256: package.sha256,
            progress: Progress::Uploading(attributes),
        };
        journal.record(&submission).await.map_err(Error::Journal)?;
        Ok(submission)
    }

    async fn advance(
        &self,
        submission: &mut Submission,
        progress: Progress,
        journal: &dyn Journal,
    ) -> Result<(), Error> {
        submission.progress = progress;
        journal.record(submission).await.map_err(Error::Journal)
    }

    async fn wait_for_verdict(&self, submission: &Submission) -> Result<(), Error> {
        let Submission { id, submitted_at, .. } = submission;
        let api = self.api();
        let mut waiting = self
            .settings
            .verdict
            .begin(&*self.clock, self.waiting_since(*submitted_at));
        loop {
            let verdict = || {
                api.verdict(id).map_err(|failure| match failure {
                    // Once the time for it is over.
                    Failure::For(Error::Lost) if self.clock.now() >= after(*submitted_at, UNKNOWN_FOR) => failure,
                    other => other.or_later(),
                })
            };
            match persist(api::WHAT, &mut waiting, verdict).await? {
                Verdict::Accepted => return Ok(()),
                Verdict::Invalid | Verdict::Rejected => return Err(Error::Rejected(self.rejection(id).await)),
                Verdict::InProgress => {}
                Verdict::Unknown => tracing::warn!(submission = %id, "Apple's verdict is a word that is not known"),
            }
            waiting.wait(None).await.map_err(|_| Error::NoVerdict {
                submitted_at: *submitted_at,
            })?;
        }
    }

    /// From when on waiting counts: after a process was away for long, half of the time is left.
    fn waiting_since(&self, submitted_at: Timestamp) -> Timestamp {
        let half = self.settings.verdict.in_all / 2;
        let half_ago = jiff::SignedDuration::try_from(half)
            .ok()
            .and_then(|half| self.clock.now().checked_sub(half).ok());
        half_ago.map_or(submitted_at, |half_ago| submitted_at.max(half_ago))
    }

    /// What Apple found. The verdict stands without it.
    async fn rejection(&self, id: &SubmissionId) -> Rejection {
        let api = self.api();
        let mut waiting = FOR_A_LOG.begin(&*self.clock, self.clock.now());
        match persist(api::WHAT, &mut waiting, || api.log(id).map_err(Failure::or_later)).await {
            Ok(log) => log.into(),
            Err(error) => {
                tracing::warn!(submission = %id, error = &error as &dyn std::error::Error, "no log of a rejection");
                Rejection {
                    summary: None,
                    issues: Vec::new(),
                    left_out: 0,
                }
            }
        }
    }

    fn api(&self) -> Api<'_> {
        Api {
            client: &self.client,
            key: &self.key,
            url: &self.settings.api_url,
            clock: &*self.clock,
        }
    }
}
