//! Waiting for a build to end.

use packager_api::{StatusResponse, Success};
use reqwest::header::ACCEPT;
use uuid::Uuid;

use super::patience::Patience;
use super::{Error, Service};
use crate::progress::Progress;

impl Service {
    /// Looks at the build until it ends, telling `progress` of each stage.
    pub(crate) async fn finished(&self, id: Uuid, progress: &dyn Progress) -> Result<Success, Error> {
        let mut url = self.url("status")?;
        url.query_pairs_mut().append_pair("package_id", &id.to_string());
        let mut patience = Patience::new();
        loop {
            let request = || {
                self.api
                    .get(url.clone())
                    .header(ACCEPT, "application/json, application/problem+json")
            };
            let answer = self.exchange(&mut patience, request).await?;
            match serde_json::from_slice(&answer).map_err(|_| Error::Answer("it is no status"))? {
                StatusResponse::InProgress { stage } => progress.stage(stage),
                StatusResponse::Success(success) => return Ok(success),
                StatusResponse::Fail { logs } => return Err(Error::BuildFailed(self.scrub(&logs))),
                StatusResponse::Expired => return Err(Error::Expired),
            }
            match patience.between_looks() {
                Some(pause) => self.pause.pause(pause).await,
                None => return Err(Error::TooLong(Patience::LOOKS_BUDGET.as_secs() / 60)),
            }
        }
    }
}
