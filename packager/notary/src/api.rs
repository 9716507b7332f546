//! The Notary API.

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

use packager_clock::Clock;

use crate::answer::{Answer, LogPlace, NewSubmission, Status, Submitted, Verdict};
use crate::call::{Failure, may_pass, not_now};
use crate::error::Detail;
use crate::log::{self, DeveloperLog};
use crate::{ApiKey, Error, Package, SubmissionId, json};

pub(crate) const WHAT: &str = "notary service";

/// The Notary API at an address.
#[derive(Debug)]
pub(crate) struct Api<'a> {
    pub(crate) client: &'a Client,
    pub(crate) key: &'a ApiKey,
    pub(crate) url: &'a Url,
    pub(crate) clock: &'a dyn Clock,
}

impl Api<'_> {
    /// Announces a package.
    pub(crate) async fn submit(&self, package: &Package) -> Result<Submitted, Failure> {
        let body = NewSubmission {
            submission_name: &package.name,
            sha256: package.sha256.to_string(),
        };
        let request = self.request(Method::POST, "submissions")?;
        let answer = self.call(json::body(request, &body)).await?;
        self.read(answer).await
    }

    /// Asks how it is.
    pub(crate) async fn verdict(&self, id: &SubmissionId) -> Result<Verdict, Failure> {
        let request = self.request(Method::GET, &format!("submissions/{id}"))?;
        let answer = self.call(request).await?;
        Ok(self.read::<Status>(answer).await?.attributes.status)
    }

    /// Fetches what Apple found.
    pub(crate) async fn log(&self, id: &SubmissionId) -> Result<DeveloperLog, Failure> {
        let request = self.request(Method::GET, &format!("submissions/{id}/logs"))?;
        let answer = self.call(request).await?;
        let place = self.read::<LogPlace>(answer).await?.attributes.developer_log_url;
        let place = log::place(&place, self.url).ok_or_else(|| malformed("the log's address cannot be used"))?;
        // It is at another party's, and signed: the token is not for there.
        let answer = self.client.get(place).send().await.map_err(Failure::broken)?;
        let answer = self.judged(answer).await?;
        json::read(WHAT, answer).await
    }

    fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Error> {
        let url = self
            .url
            .join(path)
            .map_err(|_| malformed("an address cannot be made"))?;
        let token = self.key.token(self.clock.now()).ok_or(Error::Token)?;
        Ok(self.client.request(method, url).bearer_auth(token))
    }

    async fn call(&self, request: RequestBuilder) -> Result<Response, Failure> {
        let answer = request.send().await.map_err(Failure::broken)?;
        self.judged(answer).await
    }

    async fn judged(&self, answer: Response) -> Result<Response, Failure> {
        match answer.status() {
            status if status.is_success() => Ok(answer),
            StatusCode::NOT_FOUND => Err(Error::Lost.into()),
            status if may_pass(status) => Err(not_now(answer, self.clock.now()).await),
            status => Err(Failure::For(Error::Refused {
                status: status.as_u16(),
                source: json::detail(answer).await,
            })),
        }
    }

    async fn read<T: DeserializeOwned>(&self, answer: Response) -> Result<T, Failure> {
        Ok(json::read::<Answer<T>>(WHAT, answer).await?.data)
    }
}

fn malformed(text: &str) -> Error {
    Error::Malformed {
        what: WHAT,
        source: Detail::new(text),
    }
}
