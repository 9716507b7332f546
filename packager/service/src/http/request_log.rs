//! A request id, a log line and a count for each request.
//!
//! The line has the route, not the path: who has a package's id has the package.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use tracing::Instrument;
use uuid::Uuid;

use super::detach_head::detach_head;
use crate::app::App;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id of a client's that is taken over.
const MAX_ID_BYTES: usize = 64;

/// Wraps every request.
pub(crate) async fn log_request(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let started = Instant::now();
    detach_head(&mut request);
    let id = request
        .headers()
        .get(X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| is_id(id))
        .map_or_else(|| Uuid::new_v4().to_string(), str::to_owned);
    let method = request.method().clone();
    let app = request.app_data::<Data<App>>().cloned();
    let span = tracing::info_span!("request", id = %id);
    let mut response = next.call(request).instrument(span.clone()).await?;
    let route = route(response.request().match_pattern().as_deref());
    let status = response.status().as_u16();
    if let Some(app) = app {
        app.metrics.request_answered(route, status);
    }
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    span.in_scope(|| tracing::info!(%method, route, status, milliseconds, "answered"));
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    Ok(response)
}

/// The routes by name: what a client makes up is no label.
fn route(pattern: Option<&str>) -> &'static str {
    const ROUTES: [&str; 8] = [
        "/create",
        "/status",
        "/download/{package_id}",
        "/download/{package_id}/profile",
        "/openapi.json",
        "/healthz",
        "/readyz",
        "/metrics",
    ];
    ROUTES
        .into_iter()
        .find(|route| Some(*route) == pattern)
        .unwrap_or("other")
}

fn is_id(id: &str) -> bool {
    !id.is_empty()
        && id.len() <= MAX_ID_BYTES
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}
