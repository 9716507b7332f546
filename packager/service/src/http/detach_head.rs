//! Letting go of the buffer that a request was read into.
//!
//! The header values and the target of a request are slices of the connection's buffer, and a body that came with them
//! lies in the same buffer. The HTTP library keeps the heads of answered requests for later ones, and with them, for as
//! long as nobody asks again, the secret in that body. A head of copies keeps nothing but itself.

use actix_web::dev::ServiceRequest;
use actix_web::http::Uri;
use actix_web::http::header::{HeaderMap, HeaderValue};

/// Replaces what refers to the connection's buffer by copies. To be called before anything else has the request.
pub(super) fn detach_head(request: &mut ServiceRequest) {
    let head = request.head_mut();
    let mut headers = HeaderMap::with_capacity(head.headers.len());
    for (name, value) in &head.headers {
        // A copy of what was accepted once is accepted again.
        if let Ok(copy) = HeaderValue::from_bytes(value.as_bytes()) {
            headers.append(name.clone(), copy);
        }
    }
    head.headers = headers;
    if let Ok(copy) = head.uri.to_string().parse::<Uri>() {
        head.uri = copy.clone();
        request.match_info_mut().get_mut().update(&copy);
    }
}
