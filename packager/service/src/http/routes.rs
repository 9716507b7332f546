//! All routes of the public listener.

use actix_cors::Cors;
use actix_web::HttpResponse;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, get, head, post, resource};
use packager_api::openapi_json;
use packager_settings::AllowedOrigins;

use super::api_error::ApiError;
use super::close_connection::close_connection;
use super::create::create;
use super::destroy::destroy;
use super::download::download;
use super::health::{healthz, readyz};
use super::page::{button, file, page};
use super::profile::profile;
use super::signature::signature;
use super::status::status;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/create")
                .wrap(from_fn(close_connection))
                .route(post().to(create))
                .default_service(other_method("POST")),
        )
        .service(
            resource("/status")
                .route(get().to(status))
                .default_service(other_method("GET")),
        )
        .service(
            resource("/download/{package_id}")
                .wrap(from_fn(close_connection))
                .route(get().to(download))
                .route(head().to(download))
                .route(web::delete().to(destroy))
                .default_service(other_method("GET, HEAD, DELETE")),
        )
        .service(
            resource("/download/{package_id}/profile")
                .wrap(from_fn(close_connection))
                .route(get().to(profile))
                .default_service(other_method("GET")),
        )
        .service(
            resource("/download/{package_id}/signature")
                .wrap(from_fn(close_connection))
                .route(get().to(signature))
                .route(head().to(signature))
                .default_service(other_method("GET, HEAD")),
        )
        .service(
            resource("/")
                .route(get().to(page))
                .route(head().to(page))
                .default_service(other_method("GET, HEAD")),
        )
        .service(
            resource("/fleet-installer-button.js")
                .route(get().to(button))
                .route(head().to(button))
                .default_service(other_method("GET, HEAD")),
        )
        .service(
            resource("/page/{name}")
                .route(get().to(file))
                .route(head().to(file))
                .default_service(other_method("GET, HEAD")),
        )
        .service(
            resource("/openapi.json")
                .route(get().to(openapi))
                .default_service(other_method("GET")),
        )
        .service(
            resource("/healthz")
                .route(get().to(healthz))
                .default_service(other_method("GET")),
        )
        .service(
            resource("/readyz")
                .route(get().to(readyz))
                .default_service(other_method("GET")),
        )
        .default_service(web::to(|| async { Err::<HttpResponse, _>(ApiError::NoSuchPath) }));
}

/// Answers every method but those that are `allowed`.
fn other_method(allowed: &'static str) -> actix_web::Route {
    web::to(move || async move { Err::<HttpResponse, _>(ApiError::Method(allowed)) })
}

async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(openapi_json())
}

/// Which pages of other origins may call the API from a browser.
pub(crate) fn cors(allowed: &AllowedOrigins) -> Cors {
    let cors = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "DELETE"])
        .allowed_headers(["content-type", "range", "if-range"])
        .expose_headers([
            "accept-ranges",
            "content-disposition",
            "content-range",
            "etag",
            "ratelimit",
            "ratelimit-policy",
            "repr-digest",
            "retry-after",
            "x-checksum-sha256",
            "x-request-id",
            "x-signature-ed25519",
        ])
        .max_age(3600);
    match allowed {
        AllowedOrigins::Any => cors.allow_any_origin().send_wildcard(),
        AllowedOrigins::Only(origins) => origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin)),
    }
}
