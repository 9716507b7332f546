//! A request id, a log line and a count for each request.
//!
//! The line has the route, not the path: who has a package's id has the package.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use bytes::Bytes;
use tracing::Instrument;
use uuid::Uuid;

use super::detach_head::detach_head;
use crate::app::App;
use crate::connection::{OpenRequest, Pace};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id of a client's that is taken over.
const MAX_ID_BYTES: usize = 64;

/// Wraps every request, and tells the connection's guard from when to when it is being answered.
pub(crate) async fn log_request(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<Answer>, actix_web::Error> {
    let started = Instant::now();
    let open = request.request().conn_data::<Arc<Pace>>().map(Pace::open_request);
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
    Ok(response.map_body(|_, body| Answer {
        body: body.boxed(),
        _open: open,
    }))
}

/// A response's body. While there is more of it to come, its request is being answered.
pub(crate) struct Answer {
    body: BoxBody,
    _open: Option<OpenRequest>,
}

impl MessageBody for Answer {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(cx)
    }
}

/// The routes by name: what a client makes up is no label.
fn route(pattern: Option<&str>) -> &'static str {
    const ROUTES: [&str; 12] = [
        "/create",
        "/status",
        "/download/{package_id}",
        "/download/{package_id}/profile",
        "/download/{package_id}/signature",
        "/",
        "/fleet-installer-button.js",
        "/page/{name}",
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
