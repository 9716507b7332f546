//! `DELETE /download/{package_id}`

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use packager_store::Record;

use super::api_error::ApiError;
use super::package_id::look_up;
use crate::app::App;

/// Destroys the package. One that is gone already stays gone, and that is a success too.
pub(super) async fn destroy(app: Data<App>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let known = look_up(&app, &request, &id, &app.limits.status)?;
    if !matches!(known.record, Record::Expired(_)) {
        let (store, now) = (app.store.clone(), app.clock.now());
        tokio::task::spawn_blocking(move || store.destroy(known.id, now))
            .await
            .map_err(|_| ApiError::Internal)??;
    }
    let mut response = HttpResponse::NoContent();
    known.allowance.add_headers(&mut response);
    Ok(response.finish())
}
