//! Reading answers: bounded, and told apart by what to do next.

use std::error::Error as StdError;
use std::io;
use std::time::{Duration, SystemTime};

use packager_api::{FieldProblem, Problem};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::from_slice;
use zeroize::Zeroizing;

use super::patience::Patience;
use super::retry_after::retry_after;
use super::{Error, Service};
use crate::package::flag_of;
use crate::terminal::with_causes;

/// Longest JSON answer that is read.
const LIMIT_BYTES: usize = 1 << 20;
/// As many as the contract has.
const MOST_FIELDS: usize = 64;

/// What an attempt came to.
pub(super) enum Attempt {
    /// An answer to go on with.
    Answered(Response),
    /// Not now. The service may have said when.
    Later { wish: Option<Duration>, error: Error },
}

impl Service {
    /// Sends a small request again until it is answered with 200, as long as `patience` lasts, and reads the answer.
    ///
    /// # Errors
    /// What [`Service::attempt`] says, or why the patience ended.
    pub(super) async fn exchange(
        &self,
        patience: &mut Patience,
        request: impl Fn() -> RequestBuilder,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        loop {
            let (wish, error) = match self.attempt(request().timeout(self.timeouts.exchange)).await? {
                Attempt::Answered(answer) if answer.status() != StatusCode::OK => {
                    return Err(Error::Answer("it is a part of something"));
                }
                Attempt::Answered(answer) => match body(answer).await? {
                    Ok(body) => return Ok(body),
                    Err(error) => (None, Error::unreachable(error)),
                },
                Attempt::Later { wish, error } => (wish, error),
            };
            self.wait_after(error, patience.after_failure(wish)).await?;
        }
    }

    /// Waits before the next attempt, and says why; fails with `error` when there is to be none.
    pub(super) async fn wait_after(&self, error: Error, pause: Option<Duration>) -> Result<(), Error> {
        let Some(pause) = pause else { return Err(error) };
        tracing::warn!("{}: trying again in {pause:?}", with_causes(&error));
        self.pause.pause(pause).await;
        Ok(())
    }

    /// Sends a request once.
    ///
    /// # Errors
    /// What another attempt would not change: [`Error::Refused`] with the problem that the service states,
    /// [`Error::Expired`], [`Error::Failing`], a redirect or a certificate that is not accepted.
    pub(super) async fn attempt(&self, request: RequestBuilder) -> Result<Attempt, Error> {
        let answer = match request.send().await {
            Ok(answer) => answer,
            // The same redirect and the same certificate would be refused again.
            Err(error) if error.is_redirect() || error.is_builder() || is_tls_failure(&error) => {
                return Err(Error::unreachable(error));
            }
            Err(error) => {
                let error = Error::unreachable(error);
                return Ok(Attempt::Later { wish: None, error });
            }
        };
        match answer.status() {
            StatusCode::OK | StatusCode::PARTIAL_CONTENT | StatusCode::RANGE_NOT_SATISFIABLE => {
                Ok(Attempt::Answered(answer))
            }
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                let wish = retry_after(answer.headers(), SystemTime::now());
                let (reason, _) = self.reason(answer).await;
                Ok(Attempt::Later {
                    wish,
                    error: Error::Busy {
                        reason,
                        retry_after: wish,
                    },
                })
            }
            StatusCode::REQUEST_TIMEOUT | StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT => {
                let wish = retry_after(answer.headers(), SystemTime::now());
                let (reason, _) = self.reason(answer).await;
                Ok(Attempt::Later {
                    wish,
                    error: Error::Failing(reason),
                })
            }
            StatusCode::GONE => Err(Error::Expired),
            status if status.is_client_error() => {
                let (reason, fields) = self.reason(answer).await;
                Err(Error::Refused { reason, fields })
            }
            status if status.is_server_error() => Err(Error::Failing(self.reason(answer).await.0)),
            _ => Err(Error::Answer("its status is not one of the contract")),
        }
    }

    /// What an answer says of why it is none, and its status; and what it says of each field.
    async fn reason(&self, answer: Response) -> (String, Vec<FieldProblem>) {
        let status = answer.status();
        let problem = match body(answer).await {
            Ok(Ok(body)) => from_slice::<Problem>(&body).ok(),
            _ => None,
        };
        let Some(problem) = problem else {
            return (status.to_string(), Vec::new());
        };
        let text = describe(&problem);
        let text = if text.is_empty() {
            status.to_string()
        } else {
            format!("{text} ({status})")
        };
        let fields = problem.errors.into_iter().take(MOST_FIELDS);
        let fields = fields.map(|error| FieldProblem::new(self.scrub(&error.field), self.scrub(&error.detail)));
        (self.scrub(&text), fields.collect())
    }
}

/// Whether TLS is why there is no answer: in all likelihood the certificate.
fn is_tls_failure(error: &(dyn StdError + 'static)) -> bool {
    // What an I/O error wraps is not among its sources.
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>()
        || wrapped.is_some_and(|wrapped| is_tls_failure(wrapped))
        || error.source().is_some_and(is_tls_failure)
}

/// What the problem says, and which flags it speaks of.
fn describe(problem: &Problem) -> String {
    let fields = problem
        .errors
        .iter()
        .map(|error| format!("{} {}", flag_of(&error.field), error.detail));
    let fields = fields.collect::<Vec<_>>().join("; ");
    let about = if problem.detail.is_empty() {
        &problem.title
    } else {
        &problem.detail
    };
    [about.trim_end_matches('.'), &fields]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(": ")
}

/// The whole body, if it is not too long. The inner error is one of the connection: worth another attempt.
async fn body(mut answer: Response) -> Result<Result<Zeroizing<Vec<u8>>, reqwest::Error>, Error> {
    let mut body = Zeroizing::new(Vec::new());
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= LIMIT_BYTES => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(Error::Answer("it is too long")),
            Ok(None) => return Ok(Ok(body)),
            Err(error) => return Ok(Err(error)),
        }
    }
}
