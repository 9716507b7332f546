//! `/download/{package_id}` and what hangs below it.

use utoipa::openapi::path::{Operation, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::{Content, ObjectBuilder, Response, ResponseBuilder, Type};

use super::answers::{
    BAD_REQUEST, CONFLICT, GONE, NOT_FOUND, ProblemAnswer, RANGE_NOT_SATISFIABLE, SERVICE_UNAVAILABLE,
    TOO_MANY_REQUESTS, described, number, text,
};

/// What packages are: deb, rpm, msi, pkg, and Arch's.
const MEDIA_TYPES: &[&str] = &[
    "application/vnd.debian.binary-package",
    "application/x-rpm",
    "application/x-msi",
    "application/x-xar",
    "application/zstd",
];

pub(super) fn get() -> Operation {
    let operation = OperationBuilder::new()
        .operation_id(Some("download"))
        .summary(Some("Download a package"))
        .description(Some(
            "Single byte ranges are served, with `If-Range`; several ranges get the whole package.",
        ))
        .parameter(
            request_header(
                "Range",
                "One byte range: `bytes=<first>-<last>` (RFC 9110, section 14.2).",
            )
            .example(Some("bytes=0-1023".into())),
        )
        .parameter(request_header(
            "If-Range",
            "The `ETag` that the range belongs to (RFC 9110, section 13.1.5).",
        ))
        .parameter(request_header(
            "If-None-Match",
            "The `ETag` of what the client has (RFC 9110, section 13.1.2).",
        ))
        .response("200", body(package("The package.")))
        .response("206", body(content_range(package("The asked range of the package."))))
        .response("304", not_modified());
    with_problems(operation, &[RANGE_NOT_SATISFIABLE])
}

pub(super) fn head() -> Operation {
    let operation = OperationBuilder::new()
        .operation_id(Some("downloadHead"))
        .summary(Some("Ask for the headers of a download"))
        .description(Some("The headers of `GET`; no answer has a body."))
        .parameter(request_header("Range", "As with `GET`."))
        .parameter(request_header("If-Range", "As with `GET`."))
        .parameter(request_header("If-None-Match", "As with `GET`."))
        .response("200", package("The package can be downloaded.").build())
        .response("206", content_range(package("The range can be downloaded.")).build())
        .response("304", not_modified());
    with_problems(operation, &[RANGE_NOT_SATISFIABLE])
}

pub(super) fn delete() -> Operation {
    let operation = OperationBuilder::new()
        .operation_id(Some("delete"))
        .summary(Some("Destroy a package now"))
        .response(
            "204",
            Response::new("The package is destroyed. From now on it reads as expired."),
        );
    let operation = operation.parameter(super::package_id(ParameterIn::Path));
    [BAD_REQUEST, NOT_FOUND, TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE]
        .into_iter()
        .fold(operation, |operation, answer| {
            operation.response(answer.status, answer.reference())
        })
        .build()
}

pub(super) fn profile() -> Operation {
    let response = ResponseBuilder::new()
        .description("The configuration profile that carries the Fleet URL and the enroll secret.")
        .content(
            "application/x-apple-aspen-config",
            Content::new(Some(ObjectBuilder::new().schema_type(Type::String))),
        )
        .header(
            "Content-Disposition",
            described("`attachment`, with the profile's file name."),
        );
    let operation = OperationBuilder::new()
        .operation_id(Some("profile"))
        .summary(Some("Download the configuration profile of a package"))
        .description(Some(
            "For a package that was asked for with `use-system-configuration`, a URL and a secret; 404 for any other.",
        ))
        .response("200", response.build());
    with_problems(operation, &[])
}

pub(super) fn signature() -> Operation {
    let response = signature_response("The detached OpenPGP signature over the package, binary.").content(
        "application/pgp-signature",
        // As with packages, binary content has no schema.
        Content::default(),
    );
    let operation = OperationBuilder::new()
        .operation_id(Some("signature"))
        .summary(Some("Download the signature of a package"))
        .description(Some(
            "For a signed package whose format has the signature in a file of its own (`pkg.tar.zst`); 404 for any other.",
        ))
        .response("200", response.build());
    with_problems(operation, &[])
}

pub(super) fn signature_head() -> Operation {
    let operation = OperationBuilder::new()
        .operation_id(Some("signatureHead"))
        .summary(Some("Ask for the headers of a signature"))
        .description(Some("The headers of `GET`; no answer has a body."))
        .response("200", signature_response("There is a signature.").build());
    with_problems(operation, &[])
}

fn signature_response(description: &str) -> ResponseBuilder {
    ResponseBuilder::new()
        .description(description)
        .header(
            "Content-Disposition",
            described("`attachment`, with the package's conventional file name and `.sig` behind it."),
        )
        .header("Cache-Control", text("Nobody keeps a copy.", "^no-store$"))
        .header(
            "X-Content-Type-Options",
            text("The body is what its media type says.", "^nosniff$"),
        )
}

fn with_problems(operation: OperationBuilder, more: &[ProblemAnswer]) -> Operation {
    let operation = operation.parameter(super::package_id(ParameterIn::Path));
    [
        BAD_REQUEST,
        NOT_FOUND,
        CONFLICT,
        GONE,
        TOO_MANY_REQUESTS,
        SERVICE_UNAVAILABLE,
    ]
    .iter()
    .chain(more)
    .fold(operation, |operation, answer| {
        operation.response(answer.status, answer.reference())
    })
    .build()
}

fn request_header(name: &str, description: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
}

/// What `If-None-Match` saves a client.
fn not_modified() -> Response {
    ResponseBuilder::new()
        .description("The client has the package already.")
        .header("ETag", described("A strong validator of the package's bytes."))
        .build()
}

/// An answer with the headers of a package.
fn package(description: &str) -> ResponseBuilder {
    ResponseBuilder::new()
        .description(description)
        .header("Content-Length", number("Length of the body in bytes."))
        .header(
            "Content-Disposition",
            described("`attachment`, with the package's conventional file name."),
        )
        .header("Accept-Ranges", text("Byte ranges are served.", "^bytes$"))
        .header("ETag", described("A strong validator of the package's bytes."))
        .header(
            "X-Checksum-Sha256",
            text(
                "SHA-256 of the whole package in lower-case hexadecimal digits.",
                "^[0-9a-f]{64}$",
            ),
        )
        .header(
            "Repr-Digest",
            text(
                "`sha-256=:<base64>:` of the whole package (RFC 9530).",
                "^sha-256=:[A-Za-z0-9+/]{43}=:$",
            ),
        )
        .header(
            "X-Signature-Ed25519",
            text(
                "Ed25519 signature in base64, by the service's release key, of the text `sha256:` with the digits of \
                 `X-Checksum-Sha256`; absent without such a key.",
                "^[A-Za-z0-9+/]{86}==$",
            ),
        )
        .header("Cache-Control", text("Nobody keeps a copy.", "^no-store$"))
        .header(
            "X-Content-Type-Options",
            text("The body is what its media type says.", "^nosniff$"),
        )
}

fn content_range(response: ResponseBuilder) -> ResponseBuilder {
    response.header(
        "Content-Range",
        text(
            "`bytes <first>-<last>/<length>` (RFC 9110, section 14.4).",
            "^bytes [0-9]+-[0-9]+/[0-9]+$",
        ),
    )
}

fn body(response: ResponseBuilder) -> Response {
    // OpenAPI 3.1 describes binary content by its media type alone, without a schema.
    let packages = MEDIA_TYPES.iter();
    packages
        .fold(response, |response, &media_type| {
            response.content(media_type, Content::default())
        })
        .build()
}
