//! Reading a request's body, within bounds.

use actix_web::HttpRequest;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::Payload;
use futures_util::StreamExt;

use super::api_error::ApiError;
use super::body_memory::{Body, BodyMemory};
use crate::app::HttpSettings;

/// Reads a JSON body, which has to keep to the limits of length and time. The bytes zero themselves.
pub(super) async fn read_json(
    request: &HttpRequest,
    mut payload: Payload,
    settings: &HttpSettings,
    memory: &BodyMemory,
) -> Result<Body, ApiError> {
    if !is_json(request) {
        return Err(ApiError::MediaType);
    }
    if !is_plain(request) {
        return Err(ApiError::ContentEncoding);
    }
    let limit_bytes = settings.body_limit_bytes;
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|size| size > limit_bytes) {
        return Err(ApiError::TooLarge { limit_bytes });
    }
    let read = async {
        let mut body = Body::new(memory.clone(), limit_bytes);
        while let Some(chunk) = payload.next().await {
            // The client broke off: nobody is there to read the answer.
            body.extend(&chunk.map_err(|_| ApiError::SlowBody)?)?;
        }
        Ok(body)
    };
    tokio::time::timeout(settings.client_timeout, read)
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

/// RFC 9110, section 8.4: no coding. A few bytes of a compressed body may stand for any number of them.
fn is_plain(request: &HttpRequest) -> bool {
    let mut codings = request.headers().get_all(CONTENT_ENCODING);
    codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}
