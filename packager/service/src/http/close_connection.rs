//! One request a connection, where a secret goes through it.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;

/// Answers that are given before the body has been read.
const UNREAD: [StatusCode; 4] = [
    StatusCode::REQUEST_TIMEOUT,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    StatusCode::TOO_MANY_REQUESTS,
];

/// Has the connection closed after the answer. Its buffers, which held a secret, are zeroed then; otherwise they would
/// be there until the client goes or the idle connection is dropped.
///
/// A connection on which the body has not been read is left to the HTTP library: closed at once it would be reset, and
/// the client might lose the answer that tells it to wait.
pub(super) async fn close_connection(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut response = next.call(request).await?;
    if !UNREAD.contains(&response.status()) {
        response
            .response_mut()
            .head_mut()
            .set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}
