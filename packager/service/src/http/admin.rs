//! The admin listener: figures and health, for the machine's own network.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use super::api_error::ApiError;
use super::health::{healthz, readyz};
use crate::app::App;

pub(crate) fn admin_routes(config: &mut ServiceConfig) {
    config
        .route("/metrics", web::get().to(metrics))
        .route("/healthz", web::get().to(healthz))
        .route("/readyz", web::get().to(readyz))
        .default_service(web::to(|| async { Err::<HttpResponse, _>(ApiError::NoSuchPath) }));
}

async fn metrics(app: Data<App>) -> HttpResponse {
    app.metrics.observe_updates(&app.repository.status(), app.clock.now());
    app.metrics.bodies_take(app.bodies.taken_bytes());
    HttpResponse::Ok()
        .content_type("application/openmetrics-text; version=1.0.0; charset=utf-8")
        .body(app.metrics.render(&app.store.stats()))
}
