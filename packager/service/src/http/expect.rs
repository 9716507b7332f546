//! `Expect: 100-continue` (RFC 9110, section 10.1.1): a client that asks before it sends a body that is too long is told
//! so at once, and need not send it.

use actix_http::{HttpMessage, Request, Response};
use actix_service::{ServiceFactory, fn_service};
use actix_web::ResponseError;
use actix_web::body::BoxBody;
use actix_web::http::header::CONTENT_LENGTH;

use super::api_error::ApiError;

/// Answers 413 where the announced body is longer than `limit_bytes`, and lets all other requests go on.
pub(crate) fn refuse_long_bodies(
    limit_bytes: usize,
) -> impl ServiceFactory<Request, Config = (), Response = Request, Error = Response<BoxBody>, InitError = ()> {
    fn_service(move |request: Request| {
        let announced = request.headers().get(CONTENT_LENGTH);
        let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
        let outcome = if announced.is_some_and(|bytes| bytes > limit_bytes) {
            Err(ApiError::TooLarge { limit_bytes }.error_response().into())
        } else {
            Ok(request)
        };
        std::future::ready(outcome)
    })
}
