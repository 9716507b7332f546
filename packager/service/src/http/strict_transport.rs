//! `Strict-Transport-Security` (RFC 6797), where the service speaks TLS itself.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderValue, STRICT_TRANSPORT_SECURITY};
use actix_web::middleware::Next;

use crate::connection::Security;

/// A year. Names below the service's own are not its to speak for.
const POLICY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Tells browsers to come over TLS the next time, whatever the link says that they follow: whoever stands in between
/// cannot offer them a page in the clear to put the enroll secret into. It is said over TLS alone (section 7.2); behind
/// a proxy it is the proxy's to say.
pub(crate) async fn strict_transport(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let security = request.request().conn_data::<Security>().copied();
    let mut response = next.call(request).await?;
    if security == Some(Security::Tls) {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, POLICY);
    }
    Ok(response)
}
