//! Requests and answers in JSON. Answers are bounded.

use futures_util::StreamExt;
use reqwest::header::CONTENT_TYPE;
use reqwest::{RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Error;
use crate::call::Failure;
use crate::error::Detail;

/// The longest answer. Logs of packages with many files are the longest.
const MOST_BYTES: usize = 4 << 20;

/// How much of an answer that says no is read.
const MOST_DETAIL_BYTES: usize = 16 << 10;

/// Gives a request its body.
pub(crate) fn body(request: RequestBuilder, body: &impl Serialize) -> RequestBuilder {
    // Texts, lists and numbers: there is nothing in it that could fail.
    let body = serde_json::to_vec(body).unwrap_or_default();
    request.header(CONTENT_TYPE, "application/json").body(body)
}

/// Reads an answer of the service called `what`.
pub(crate) async fn read<T: DeserializeOwned>(what: &'static str, answer: Response) -> Result<T, Failure> {
    let body = collect(answer, MOST_BYTES).await?;
    let malformed = |text: &str| {
        Failure::For(Error::Malformed {
            what,
            source: Detail::new(text),
        })
    };
    let body = body.ok_or_else(|| malformed("it is too long"))?;
    serde_json::from_slice(&body).map_err(|error| {
        // What it says may quote what was read.
        malformed(&format!("{:?} at byte {}", error.classify(), error.column()))
    })
}

/// The beginning of an answer that says no, for the log.
pub(crate) async fn detail(answer: Response) -> Detail {
    let mut stream = answer.bytes_stream();
    let mut text = Vec::new();
    while let Some(Ok(chunk)) = stream.next().await {
        text.extend_from_slice(&chunk);
        if text.len() > MOST_DETAIL_BYTES {
            text.truncate(MOST_DETAIL_BYTES);
            break;
        }
    }
    Detail::new(&String::from_utf8_lossy(&text))
}

/// `None` if it is longer than `most_bytes`.
async fn collect(answer: Response, most_bytes: usize) -> Result<Option<Vec<u8>>, Failure> {
    let mut stream = answer.bytes_stream();
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(Failure::broken)?;
        if body.len() + chunk.len() > most_bytes {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}
