//! The upload to S3: one `PutObject`.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH};
use reqwest::{Body, Client, Response};
use tokio::time::Instant;
use url::Url;

use packager_clock::Clock;

use crate::call::{Failure, may_pass, not_now};
use crate::error::Detail;
use crate::sigv4::{Request, Signatory, amz_date, authorization, encode_path};
use crate::{Error, Package, UploadGrant, json};

pub(crate) const WHAT: &str = "upload service";

/// An S3 endpoint.
#[derive(Debug)]
pub(crate) struct Upload<'a> {
    pub(crate) client: &'a Client,
    pub(crate) url: &'a Url,
    pub(crate) region: &'a str,
    /// The longest that nothing is taken, or answered to what was.
    pub(crate) silence: Duration,
    pub(crate) clock: &'a dyn Clock,
}

impl Upload<'_> {
    /// Sends a package from its first byte to its last. Doing it again puts the same object into the same place.
    pub(crate) async fn put(&self, package: &Package, grant: &UploadGrant) -> Result<(), Failure> {
        let url = self.place(grant)?;
        let host = host(&url).ok_or_else(cannot_be_addressed)?;
        let (date, sha256) = (amz_date(self.clock.now()), package.sha256.to_string());
        let signed = [
            ("host", host.as_str()),
            ("x-amz-content-sha256", &sha256),
            ("x-amz-date", &date),
            ("x-amz-security-token", grant.session_token()),
        ];
        let signature = authorization(
            &Request {
                method: "PUT",
                path: url.path(),
                headers: &signed,
                body_sha256: package.sha256,
            },
            &date,
            Signatory {
                access_key_id: grant.access_key_id(),
                secret_access_key: grant.secret_access_key(),
                region: self.region,
            },
        );
        let mut request = self
            .client
            .put(url.clone())
            .header(AUTHORIZATION, signature)
            // Without it the body would have no length beforehand, which S3 does not take.
            .header(CONTENT_LENGTH, package.size_bytes);
        for (name, value) in signed {
            request = request.header(name, value);
        }

        let (sign_of_life, fault) = (SignOfLife::new(), Fault::default());
        let body = {
            let (sign_of_life, fault) = (sign_of_life.clone(), fault.clone());
            package.stream().map(move |block| {
                sign_of_life.give();
                block.map_err(|error| fault.keep(error))
            })
        };
        let answer = tokio::select! {
            answer = request.body(Body::wrap_stream(body)).send() => answer,
            () = sign_of_life.missing_for(self.silence) => return Err(silent()),
        };
        match answer {
            Ok(answer) => self.judged(answer).await,
            Err(error) => match fault.take() {
                Some(fault) => Err(Error::Package(fault).into()),
                None => Err(Failure::broken(error)),
            },
        }
    }

    async fn judged(&self, answer: Response) -> Result<(), Failure> {
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        if may_pass(status) {
            return Err(not_now(answer, self.clock.now()).await);
        }
        let detail = json::detail(answer).await;
        match code(&detail.to_string()) {
            Some("ExpiredToken" | "TokenRefreshRequired") => Err(Error::UploadExpired.into()),
            // S3's word for a body that came too slowly; its status is 400.
            Some("RequestTimeout") => Err(Failure::ForNow {
                retry_after: None,
                source: Box::new(detail),
            }),
            _ => Err(Failure::For(Error::UploadRefused {
                status: status.as_u16(),
                source: detail,
            })),
        }
    }

    /// With the bucket as a folder: so an endpoint is one address, whatever bucket Apple names.
    fn place(&self, grant: &UploadGrant) -> Result<Url, Error> {
        let path = format!("{}{}/{}", self.url.path(), grant.bucket(), encode_path(grant.object()));
        let mut url = self.url.clone();
        url.set_path(&path);
        if url.path() == path {
            Ok(url)
        } else {
            Err(cannot_be_addressed())
        }
    }
}

fn cannot_be_addressed() -> Error {
    Error::Malformed {
        what: WHAT,
        source: Detail::new("an address cannot be made of bucket and object"),
    }
}

fn silent() -> Failure {
    Failure::ForNow {
        retry_after: None,
        source: Box::new(Detail::new("the server took nothing more, and did not answer")),
    }
}

/// The value of the header `host`, which the signature covers.
fn host(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// The code in an error of S3: `<Error><Code>ExpiredToken</Code>…`.
fn code(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("<Code>")?;
    rest.split_once("</Code>").map(|(code, _)| code.trim())
}

/// When something of a body was last taken.
#[derive(Debug, Clone)]
struct SignOfLife(Arc<Mutex<Instant>>);

impl SignOfLife {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    fn give(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    async fn missing_for(&self, silence: Duration) {
        loop {
            let until = *self.0.lock().unwrap_or_else(PoisonError::into_inner) + silence;
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}

/// Why a body could not be read: the client only says that it was aborted.
#[derive(Debug, Clone, Default)]
struct Fault(Arc<Mutex<Option<std::io::Error>>>);

impl Fault {
    fn keep(&self, error: std::io::Error) -> std::io::Error {
        let kind = error.kind();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        kind.into()
    }

    fn take(&self) -> Option<std::io::Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
