//! `POST /create`

use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use packager_api::CreateResponse;
use packager_spec::Submission;

use super::api_error::ApiError;
use super::client_address::AddressKey;
use super::json_body::read_json;
use crate::app::App;

pub(super) async fn create(app: Data<App>, request: HttpRequest, body: Payload) -> Result<HttpResponse, ApiError> {
    let client = AddressKey::from(app.proxies.client(&request));
    let allowance = app.limits.create.check(&client)?;
    let body = read_json(&request, body, &app.http, &app.bodies).await?;
    let submission = Submission::parse(&body)?;
    drop(body);
    let id = app.dispatcher.submit(submission).await?;
    let package_id = uuid::Uuid::parse_str(&id.to_string()).map_err(|_| ApiError::Internal)?;
    let mut response = HttpResponse::Ok();
    allowance.add_headers(&mut response);
    Ok(response
        .insert_header(("Cache-Control", "no-store"))
        .json(CreateResponse { package_id }))
}
