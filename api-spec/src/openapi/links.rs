//! What can be asked for next.

use utoipa::openapi::Response;
use utoipa::openapi::link::LinkBuilder;

/// What a package's id leads to, by the operation and why one would follow.
const OF_PACKAGE: &[(&str, &str)] = &[
    ("status", "How far the package is."),
    ("download", "The package, when its status is `success`."),
    (
        "downloadHead",
        "The headers of the package, when its status is `success`.",
    ),
    ("profile", "Its configuration profile, if it has one."),
    ("signature", "Its signature, if that is a file of its own."),
    ("signatureHead", "The headers of its signature."),
    ("delete", "Destroys it before it expires."),
];

/// Adds links to everything that the package can be asked for whose id is at `package_id` (an expression of `OpenAPI` 3.1,
/// section 4.8.20.4).
pub(super) fn of_package(mut response: Response, package_id: &str) -> Response {
    for &(operation, description) in OF_PACKAGE {
        let link = LinkBuilder::new()
            .operation_id(operation)
            .parameter("package_id", package_id)
            .description(description)
            .build();
        response.links.insert(operation.to_owned(), link.into());
    }
    response
}
