//! Asking for a package.

use bytes::Bytes;
use packager_api::{CreateRequest, CreateResponse};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use uuid::Uuid;

use super::patience::Patience;
use super::{Error, Service};

impl Service {
    /// Asks for the package and returns its id. Asking again is harmless: the same arguments are the same package.
    pub(crate) async fn create(&self, request: &CreateRequest) -> Result<Uuid, Error> {
        let url = self.url("create")?;
        // Shared by all attempts, and zeroed with the last of them.
        let body = Bytes::from_owner(request.to_json());
        let answer = self
            .exchange(&mut Patience::new(), || {
                self.api
                    .post(url.clone())
                    .header(CONTENT_TYPE, "application/json")
                    .header(ACCEPT, "application/json, application/problem+json")
                    .body(body.clone())
            })
            .await?;
        let answer: CreateResponse =
            serde_json::from_slice(&answer).map_err(|_| Error::Answer("it names no package"))?;
        Ok(answer.package_id)
    }
}
