//! Answers.

use bytes::Bytes;
use http_body_util::Full;
use hyper::Response;
use serde_json::{Value, json};

pub(crate) type Answer = Response<Full<Bytes>>;

/// The connection is closed without an answer.
#[derive(Debug)]
pub(crate) struct HangUp;

impl std::fmt::Display for HangUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("hung up")
    }
}

impl std::error::Error for HangUp {}

pub(crate) fn json_answer(status: u16, value: &Value) -> Answer {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .body(Full::from(value.to_string()))
        .unwrap()
}

/// As the App Store Connect API says no.
pub(crate) fn refused(status: u16, code: &str) -> Answer {
    json_answer(
        status,
        &json!({"errors": [{"status": status.to_string(), "code": code, "title": code, "detail": "As the title says."}]}),
    )
}

/// As S3 says no.
pub(crate) fn s3_error(status: u16, code: &str) -> Answer {
    Response::builder()
        .status(status)
        .header("content-type", "application/xml")
        .body(Full::from(format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{code}</Message></Error>"
        )))
        .unwrap()
}

pub(crate) fn plain(status: u16, text: &str) -> Answer {
    Response::builder()
        .status(status)
        .body(Full::from(text.to_owned()))
        .unwrap()
}
