//! `GET /healthz` and `GET /readyz`

use actix_web::HttpResponse;
use actix_web::web::Data;
use packager_targets::{Error, RefreshStatus};

use crate::app::App;

/// The process answers.
pub(super) async fn healthz() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ok\n")
}

/// The service can build: there is verified metadata that has not expired. While the update repository is away builds
/// go on from it, and the text says since when, why, and for how long.
pub(super) async fn readyz(app: Data<App>) -> HttpResponse {
    let status = app.repository.status();
    let (mut response, text) = match app.repository.current(app.clock.now()) {
        Ok(_) if app.freshness.is_fresh() => (HttpResponse::Ok(), "ready\n".to_owned()),
        Ok(metadata) => {
            let (expires, away) = (metadata.expires(), away(&status));
            let text = format!("ready, on update metadata that expires at {expires}: {away}\n");
            (HttpResponse::Ok(), text)
        }
        Err(error) => {
            let text = format!("not ready: {error}: {}\n", away(&status));
            (HttpResponse::ServiceUnavailable(), text)
        }
    };
    response.content_type("text/plain; charset=utf-8").body(text)
}

/// How the update repository is away.
fn away(status: &RefreshStatus) -> String {
    let reason = status.failure.as_ref().map(Error::to_string).unwrap_or_default();
    match (status.failing_since, status.succeeded_at) {
        (Some(since), Some(last)) => {
            format!("it could not be refreshed since {since}, and was last refreshed at {last}: {reason}")
        }
        (Some(since), None) => format!("it could not be refreshed since {since}: {reason}"),
        (None, _) => "the update repository has not answered yet".to_owned(),
    }
}
