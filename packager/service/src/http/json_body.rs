//! Reading a request's body, within bounds.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use futures_util::StreamExt;
use zeroize::Zeroizing;

use super::api_error::ApiError;

/// Reads a JSON body of at most `limit_bytes`, which has to arrive within `deadline`. The bytes zero themselves.
pub(super) async fn read_json(
    request: &HttpRequest,
    mut payload: Payload,
    limit_bytes: usize,
    deadline: Duration,
) -> Result<Zeroizing<Vec<u8>>, ApiError> {
    if !is_json(request) {
        return Err(ApiError::MediaType);
    }
    let too_large = ApiError::TooLarge { limit_bytes };
    let announced = request
        .headers()
        .get("content-length")
        .and_then(|value| value.to_str().ok());
    let announced = announced.and_then(|value| value.parse::<usize>().ok());
    if announced.is_some_and(|size| size > limit_bytes) {
        return Err(too_large);
    }
    let read = async {
        // Sized beforehand: a vector that grows leaves copies of the secret behind. What comes in chunks of unknown
        // length is bounded by the limit.
        let mut body = Zeroizing::new(Vec::with_capacity(announced.unwrap_or(limit_bytes)));
        while let Some(chunk) = payload.next().await {
            // The client broke off: nobody is there to read the answer.
            let chunk = chunk.map_err(|_| ApiError::SlowBody)?;
            if body.len() + chunk.len() > limit_bytes {
                return Err(too_large);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    };
    tokio::time::timeout(deadline, read)
        .await
        .map_err(|_| ApiError::SlowBody)?
}

/// RFC 9110, section 8.3.1: type and subtype in any case, parameters after them.
fn is_json(request: &HttpRequest) -> bool {
    let value = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}
