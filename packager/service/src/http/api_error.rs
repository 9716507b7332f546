//! Errors as answers: problem details for HTTP APIs (RFC 9457). No answer of this type can say 200, and what it says is
//! written for the outside; what went wrong inside goes to the log.

use std::error::Error;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_RANGE, CONTENT_TYPE, HeaderValue, RETRY_AFTER,
};
use actix_web::{HttpResponse, ResponseError};
use packager_api::{FieldProblem, MalformedJson, PROBLEM_MEDIA_TYPE, Problem};
use packager_spec::Rejection;

use super::rate_limit::Limited;
use crate::pipeline::SubmitError;

/// An answer that is not a success.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// 400: the body is not a JSON object.
    Malformed(MalformedJson),
    /// 400: fields break rules; all of them are named.
    Invalid(Vec<FieldProblem>),
    /// 404: no such package, or no such thing of it.
    NotFound,
    /// 404: the package has no signature beside it.
    NoSignature(&'static str),
    /// 404: no such path.
    NoSuchPath,
    /// 405: the path has other methods, which are these.
    Method(&'static str),
    /// 408: the body did not arrive in time.
    SlowBody,
    /// 409: the package is not finished, or its build failed.
    NotReady(&'static str),
    /// 410: the package has expired.
    Gone,
    /// 413: the body is longer than it may be.
    TooLarge {
        /// The longest that it may be.
        limit_bytes: usize,
    },
    /// 415: the body is not JSON.
    MediaType,
    /// 415: the body is compressed.
    ContentEncoding,
    /// 416: the range lies outside of the package.
    Range {
        /// The package's length.
        size_bytes: u64,
    },
    /// 429: too many requests.
    Limited(Limited),
    /// 500: a defect, or a damaged package.
    Internal,
    /// 503: no room at present.
    Unavailable {
        /// Why, for the person who asked.
        detail: &'static str,
        /// When it is worth trying again.
        retry_after_seconds: u32,
    },
}

impl ApiError {
    fn problem(&self) -> Problem {
        let (status, title, detail) = match self {
            Self::Malformed(error) => (400, "Malformed request", error.to_string()),
            Self::Invalid(_) => (400, "Invalid request", "Some fields break their rules.".to_owned()),
            Self::NotFound => (404, "Not found", "There is no such package.".to_owned()),
            Self::NoSignature(detail) => (404, "No signature", (*detail).to_owned()),
            Self::NoSuchPath => (404, "Not found", "There is nothing at this path.".to_owned()),
            Self::Method(_) => (405, "Method not allowed", "This path has other methods.".to_owned()),
            Self::SlowBody => (408, "Request timeout", "The body did not arrive in time.".to_owned()),
            Self::NotReady(detail) => (409, "Not ready", (*detail).to_owned()),
            Self::Gone => (410, "Expired", "The package has expired.".to_owned()),
            Self::TooLarge { limit_bytes } => {
                let detail = format!("The body is longer than {limit_bytes} bytes.");
                (413, "Content too large", detail)
            }
            Self::MediaType => (
                415,
                "Unsupported media type",
                "The body must be application/json.".to_owned(),
            ),
            Self::ContentEncoding => (
                415,
                "Unsupported content encoding",
                "The body must not be compressed.".to_owned(),
            ),
            Self::Range { size_bytes } => {
                let detail = format!("The package has {size_bytes} bytes.");
                (416, "Range not satisfiable", detail)
            }
            Self::Limited(limited) => (429, "Too many requests", limited.detail()),
            Self::Internal => (500, "Internal error", "The service failed to answer.".to_owned()),
            Self::Unavailable { detail, .. } => (503, "Unavailable", (*detail).to_owned()),
        };
        let problem = Problem::new(status, title, detail);
        match self {
            Self::Invalid(errors) => problem.with_errors(errors.clone()),
            _ => problem,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem().title)
    }
}

impl Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let problem = self.problem();
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header((CONTENT_TYPE, PROBLEM_MEDIA_TYPE));
        response.insert_header((CACHE_CONTROL, "no-store"));
        match self {
            Self::Limited(limited) => limited.add_headers(&mut response),
            Self::Unavailable {
                retry_after_seconds, ..
            } => {
                response.insert_header((RETRY_AFTER, *retry_after_seconds));
            }
            Self::Range { size_bytes } => {
                if let Ok(value) = HeaderValue::from_str(&format!("bytes */{size_bytes}")) {
                    response.insert_header((CONTENT_RANGE, value));
                }
            }
            // RFC 9110, section 15.5.6
            Self::Method(allowed) => {
                response.insert_header((ALLOW, *allowed));
            }
            // RFC 9110, section 12.5.3
            Self::ContentEncoding => {
                response.insert_header((ACCEPT_ENCODING, "identity"));
            }
            _ => {}
        }
        response.body(serde_json::to_string(&problem).unwrap_or_default())
    }
}

impl From<Rejection> for ApiError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Malformed(error) => Self::Malformed(error),
            Rejection::Invalid(problems) => Self::Invalid(problems),
        }
    }
}

impl From<Limited> for ApiError {
    fn from(limited: Limited) -> Self {
        Self::Limited(limited)
    }
}

impl From<SubmitError> for ApiError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Limited { until, now } => Self::Unavailable {
                detail: "As many packages as may be notarized in a day have been submitted to Apple.",
                retry_after_seconds: u32::try_from(until.duration_since(now).as_secs().saturating_add(1))
                    .unwrap_or(u32::MAX),
            },
            SubmitError::Store(error) => error.into(),
            SubmitError::Stopping => Self::Unavailable {
                detail: "The service is stopping.",
                retry_after_seconds: 10,
            },
        }
    }
}

impl From<packager_store::Error> for ApiError {
    fn from(error: packager_store::Error) -> Self {
        use packager_store::Error as Store;
        match error {
            Store::QueueFull => Self::Unavailable {
                detail: "Too many packages are waiting to be built.",
                retry_after_seconds: 10,
            },
            Store::StorageFull => Self::Unavailable {
                detail: "There is no room for another package at present.",
                retry_after_seconds: 60,
            },
            Store::PartMissing => Self::Unavailable {
                detail: "A part of the package is being made anew.",
                retry_after_seconds: 10,
            },
            error @ (Store::Unusable | Store::Io { .. } | Store::Index(_)) => {
                tracing::error!(error = &error as &dyn Error, "the store failed");
                Self::Unavailable {
                    detail: "The service's storage does not work at present.",
                    retry_after_seconds: 60,
                }
            }
            Store::Damaged => Self::NotReady("The package was damaged in storage; please ask for it again."),
            Store::Unknown => Self::NotFound,
            Store::NotReady | Store::NotInProgress => Self::NotReady("The package is not finished yet."),
            Store::Failed => Self::NotReady("The build of the package failed; its status says why."),
            Store::Expired => Self::Gone,
            error => {
                tracing::error!(error = &error as &dyn Error, "the store failed");
                Self::Internal
            }
        }
    }
}
