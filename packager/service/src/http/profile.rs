//! `GET /download/{package_id}/profile`

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::api_error::ApiError;
use super::attachment::body;
use super::package_id::look_up;
use crate::app::App;

/// The configuration profile that goes with a package; 404 for one that has none.
pub(super) async fn profile(app: Data<App>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let known = look_up(&app, &request, &id, &app.limits.download)?;
    let (store, now) = (app.store.clone(), app.clock.now());
    let package = tokio::task::spawn_blocking(move || store.open_package(known.id, now))
        .await
        .map_err(|_| ApiError::Internal)??;
    let profile = package.profile.ok_or(ApiError::NotFound)?;
    let mut response = HttpResponse::Ok();
    known.allowance.add_headers(&mut response);
    Ok(response
        .insert_header((CONTENT_TYPE, "application/x-apple-aspen-config"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"fleetd.mobileconfig\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body(profile)))
}
