//! `POST /create`.

use utoipa::ToSchema as _;
use utoipa::openapi::path::{Operation, OperationBuilder};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::{ContentBuilder, Ref, Required};

use super::answers::{
    BAD_REQUEST, CONTENT_TOO_LARGE, REQUEST_TIMEOUT, SERVICE_UNAVAILABLE, TOO_MANY_REQUESTS, UNSUPPORTED_MEDIA_TYPE,
    json,
};
use crate::{CreateRequest, CreateResponse};

pub(super) fn post() -> Operation {
    let operation = OperationBuilder::new()
        .operation_id(Some("create"))
        .summary(Some("Ask for a package"))
        .description(Some(
            "Answers the id of a package of these arguments that is being built or can be downloaded, or queues a \
             build. The same arguments as those of a failed build give that build's id, unless `retry` is true. \
             Hyphen and underscore spellings of a field are the same field; an unknown field is an error.",
        ))
        .request_body(Some(
            RequestBodyBuilder::new()
                .required(Some(Required::True))
                .content(
                    "application/json",
                    ContentBuilder::new()
                        .schema(Some(Ref::from_schema_name(CreateRequest::name())))
                        .examples_from_iter(super::examples::create_requests())
                        .build(),
                )
                .build(),
        ))
        .response(
            "200",
            super::links::of_package(
                json("The package's id.", &CreateResponse::name()),
                "$response.body#/package_id",
            ),
        );
    [
        BAD_REQUEST,
        REQUEST_TIMEOUT,
        CONTENT_TOO_LARGE,
        UNSUPPORTED_MEDIA_TYPE,
        TOO_MANY_REQUESTS,
        SERVICE_UNAVAILABLE,
    ]
    .into_iter()
    .fold(operation, |operation, answer| {
        operation.response(answer.status, answer.reference())
    })
    .build()
}
