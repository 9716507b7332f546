//! `GET` and `HEAD /download/{package_id}`

use std::io;

use actix_web::body::{BodyStream, SizedStream};
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH,
    IF_RANGE, RANGE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream::empty;
use packager_store::Succeeded;

use super::api_error::ApiError;
use super::attachment::disposition;
use super::package_id::look_up;
use super::package_stream::stream;
use super::range::{Selection, select};
use crate::app::App;
use crate::connection::Outlet;

pub(super) async fn download(app: Data<App>, request: HttpRequest, id: Path<String>) -> Result<HttpResponse, ApiError> {
    let known = look_up(&app, &request, &id, &app.limits.download)?;
    let (store, now) = (app.store.clone(), app.clock.now());
    let package = tokio::task::spawn_blocking(move || store.open_package(known.id, now))
        .await
        .map_err(|_| ApiError::Internal)??;

    let header = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let etag = format!("\"{}\"", package.record.sha256);
    let mut response = HttpResponse::Ok();
    known.allowance.add_headers(&mut response);
    describe(&mut response, &package.record, &etag)?;
    if let Some(key) = &app.release_key {
        // For microseconds, and so made on the spot: an Ed25519 signature over the same digest is always the same.
        let signature = key.sign(package.record.sha256).map_err(|_| ApiError::Internal)?;
        response.insert_header((
            HeaderName::from_static("x-signature-ed25519"),
            STANDARD.encode(signature),
        ));
    }
    if header(IF_NONE_MATCH).is_some_and(|tags| tags == "*" || tags.split(',').any(|tag| tag.trim() == etag)) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    // RFC 9110, section 13.1.5: a range of another package than the client has the beginning of is of no use to it.
    // Dates are no strong validators here, for there is no Last-Modified.
    let same = header(IF_RANGE).is_none_or(|tag| tag == etag);
    let size_bytes = package.record.size_bytes;
    let selection = select(header(RANGE).filter(|_| same), size_bytes)?;
    let range = match selection {
        Selection::Whole => 0..size_bytes,
        Selection::Part(range) => {
            response.status(StatusCode::PARTIAL_CONTENT);
            let content_range = format!("bytes {}-{}/{size_bytes}", range.start, range.end - 1);
            response.insert_header((CONTENT_RANGE, content_range));
            range
        }
    };
    let length = range.end - range.start;
    if request.method() == Method::HEAD {
        return Ok(response.body(SizedStream::new(length, empty::<io::Result<Bytes>>())));
    }
    // A length of our own: the HTTP library does not see all bytes of the body, and so cannot count them.
    response.no_chunking(length);
    let outlet = request.conn_data::<Outlet>().cloned();
    Ok(response.body(BodyStream::new(stream(app.store.clone(), package, range, outlet))))
}

fn describe(response: &mut HttpResponseBuilder, package: &Succeeded, etag: &str) -> Result<(), ApiError> {
    let sha256 = package.sha256;
    response
        .insert_header((CONTENT_TYPE, package.media_type.as_str()))
        .insert_header((CONTENT_DISPOSITION, disposition(&package.file_name)?))
        .insert_header((ETAG, etag))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((HeaderName::from_static("x-checksum-sha256"), sha256.to_string()))
        // RFC 9530, section 3
        .insert_header((
            HeaderName::from_static("repr-digest"),
            format!("sha-256=:{}:", STANDARD.encode(sha256.as_bytes())),
        ));
    Ok(())
}
