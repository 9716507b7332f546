//! `GET /status`

use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use packager_api::{FieldProblem, Stage, StatusResponse, Success, Versions};
use packager_store::{PackageId, Record, Signature, Succeeded};
use serde::Deserialize;

use super::api_error::ApiError;
use super::package_id::look_up;
use crate::app::App;
use crate::connection::Security;

#[derive(Deserialize)]
pub(super) struct Asked {
    package_id: Option<String>,
}

pub(super) async fn status(
    app: Data<App>,
    request: HttpRequest,
    asked: Result<Query<Asked>, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    let id = asked
        .ok()
        .and_then(|asked| asked.into_inner().package_id)
        .ok_or_else(|| ApiError::Invalid(vec![FieldProblem::new("package_id", "is required, once, in the query")]))?;
    let known = look_up(&app, &request, &id, &app.limits.status)?;
    let body = match known.record {
        Record::InProgress(stage) => StatusResponse::InProgress {
            stage: wire_stage(stage),
        },
        Record::Succeeded(package) => StatusResponse::Success(success(&app, &request, known.id, package)),
        Record::Failed(failed) => StatusResponse::Fail { logs: failed.logs },
        Record::Expired(_) => StatusResponse::Expired,
    };
    let mut response = HttpResponse::Ok();
    known.allowance.add_headers(&mut response);
    Ok(response.insert_header(("Cache-Control", "no-store")).json(body))
}

fn success(app: &App, request: &HttpRequest, id: PackageId, package: Succeeded) -> Success {
    let download_url = format!("{}/download/{id}", base_url(app, request));
    Success {
        signature_url: matches!(package.signature, Signature::Detached { .. })
            .then(|| format!("{download_url}/signature")),
        profile_url: package.has_profile.then(|| format!("{download_url}/profile")),
        download_url,
        file_name: package.file_name,
        size: package.size_bytes,
        sha256: package.sha256.to_string(),
        expires_at: package.expires_at,
        signed: package.signature.is_present(),
        versions: Versions {
            orbit: package.versions.orbit,
            osqueryd: package.versions.osqueryd,
            desktop: package.versions.desktop,
        },
    }
}

/// Where a client reaches this service: as configured, or as it says it did.
fn base_url(app: &App, request: &HttpRequest) -> String {
    if let Some(url) = &app.http.public_url {
        return url.as_str().trim_end_matches('/').to_owned();
    }
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let forwarded = header("x-forwarded-proto").filter(|_| app.proxies.forwarded(request));
    let scheme = match (forwarded, request.conn_data::<Security>()) {
        // How the client reached the proxy counts, not how the proxy reached this service.
        (Some("https"), _) | (None, Some(Security::Tls)) => "https",
        _ => "http",
    };
    let host = header("host").filter(|host| is_host(host)).unwrap_or("localhost");
    format!("{scheme}://{host}")
}

/// Whether a `Host` header can stand in a URL as it is.
fn is_host(host: &str) -> bool {
    !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-:[]_".contains(c))
}

const fn wire_stage(stage: packager_store::Stage) -> Stage {
    match stage {
        packager_store::Stage::Queued => Stage::Queued,
        packager_store::Stage::Fetching => Stage::Fetching,
        packager_store::Stage::Building => Stage::Building,
        packager_store::Stage::Signing => Stage::Signing,
        packager_store::Stage::Notarizing => Stage::Notarizing,
        packager_store::Stage::Stapling => Stage::Stapling,
        packager_store::Stage::Sealing => Stage::Sealing,
    }
}
