//! What the service says of itself.

use utoipa::openapi::path::{Operation, OperationBuilder};
use utoipa::openapi::{Content, ObjectBuilder, Response, ResponseBuilder, Type};

pub(super) fn page() -> Operation {
    operation("page", "The download page", text("The page.", "text/html"))
}

pub(super) fn document() -> Operation {
    let response = ResponseBuilder::new().description("This document.").content(
        "application/json",
        Content::new(Some(ObjectBuilder::new().schema_type(Type::Object))),
    );
    operation("openapi", "This document", response.build())
}

pub(super) fn health() -> Operation {
    operation("healthz", "Whether the service runs", text("It runs.", "text/plain"))
}

pub(super) fn readiness() -> Operation {
    OperationBuilder::from(operation(
        "readyz",
        "Whether the service takes requests",
        text("It does.", "text/plain"),
    ))
    .response("503", text("It does not, and why.", "text/plain"))
    .build()
}

fn operation(id: &str, summary: &str, response: Response) -> Operation {
    OperationBuilder::new()
        .operation_id(Some(id))
        .summary(Some(summary))
        .response("200", response)
        .build()
}

fn text(description: &str, media_type: &str) -> Response {
    ResponseBuilder::new()
        .description(description)
        .content(
            media_type,
            Content::new(Some(ObjectBuilder::new().schema_type(Type::String))),
        )
        .build()
}
