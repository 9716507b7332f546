//! `GET /healthz` and `GET /readyz`

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::app::App;

/// The process answers.
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// The service can build: there is verified metadata that has not expired. While the update repository is away builds
/// go on from it, and the text says so.
pub(super) async fn readyz(app: Data<App>) -> HttpResponse {
    let (mut response, text) = match app.repository.current(app.clock.now()) {
        Ok(_) if app.freshness.is_fresh() => (HttpResponse::Ok(), "ready\n"),
        Ok(_) => (
            HttpResponse::Ok(),
            "ready, on update metadata that could not be refreshed\n",
        ),
        Err(_) => (
            HttpResponse::ServiceUnavailable(),
            "not ready: no current update metadata\n",
        ),
    };
    response.content_type("text/plain; charset=utf-8").body(text)
}
