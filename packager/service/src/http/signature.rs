//! `GET` and `HEAD /download/{package_id}/signature`

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use packager_store::Signature;

use super::api_error::ApiError;
use super::attachment::{body, disposition};
use super::package_id::look_up;
use crate::app::App;

/// RFC 3156, section 5.
const MEDIA_TYPE: &str = "application/pgp-signature";

/// The signature that lies beside a package, named as tools look for it: the package's name and `.sig`. 404 for a package
/// that has none, or has it within.
pub(super) async fn signature(
    app: Data<App>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, ApiError> {
    let known = look_up(&app, &request, &id, &app.limits.download)?;
    let (store, now) = (app.store.clone(), app.clock.now());
    let package = tokio::task::spawn_blocking(move || store.open_package(known.id, now))
        .await
        .map_err(|_| ApiError::Internal)??;
    let signature = package.detached_signature.ok_or(match package.record.signature {
        Signature::Signed => ApiError::NoSignature("The package has its signature within."),
        Signature::Detached { .. } | Signature::Unsigned => ApiError::NoSignature("The package is not signed."),
    })?;
    let mut response = HttpResponse::Ok();
    known.allowance.add_headers(&mut response);
    Ok(response
        .insert_header((CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((
            CONTENT_DISPOSITION,
            disposition(&format!("{}.sig", package.record.file_name))?,
        ))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(body(signature)))
}
