//! `GET /status`.

use utoipa::ToSchema as _;
use utoipa::openapi::path::{Operation, OperationBuilder, ParameterIn};

use super::answers::{BAD_REQUEST, NOT_FOUND, SERVICE_UNAVAILABLE, TOO_MANY_REQUESTS, json};
use crate::StatusResponse;

pub(super) fn get() -> Operation {
    let operation = OperationBuilder::new()
        .operation_id(Some("status"))
        .summary(Some("Ask how far a package is"))
        .parameter(super::package_id(ParameterIn::Query))
        .response(
            "200",
            super::links::of_package(
                json("The package's status.", &StatusResponse::name()),
                "$request.query.package_id",
            ),
        );
    [BAD_REQUEST, NOT_FOUND, TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE]
        .into_iter()
        .fold(operation, |operation, answer| {
            operation.response(answer.status, answer.reference())
        })
        .build()
}
