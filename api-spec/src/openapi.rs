//! The `OpenAPI` 3.1 document of the contract.
//!
//! Schemas come from the wire types; paths are written by hand, one file a resource, because their answers and headers
//! are the contract and no handler's signature knows them.

mod answers;
mod create;
mod download;
mod examples;
mod links;
mod service;
mod status;

use utoipa::openapi::path::{HttpMethod, Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{KnownFormat, SchemaFormat};
use utoipa::openapi::{
    ComponentsBuilder, InfoBuilder, LicenseBuilder, ObjectBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder,
    Required, Type,
};
use utoipa::{PartialSchema, ToSchema};

use crate::{CreateRequest, CreateResponse, FieldProblem, Problem, Stage, StatusResponse, Success, Versions};

/// The `OpenAPI` document as indented JSON with a final newline. The same types give the same bytes.
#[must_use]
#[expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "the document is a constant of this crate, and a test writes it"
)]
pub fn openapi_json() -> String {
    let mut json = document().to_pretty_json().expect("the document serializes");
    json.push('\n');
    json
}

fn document() -> OpenApi {
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Fleet Packager")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(
                    "Builds installers of Fleet's agent for a Fleet URL and an enroll secret, keeps them encrypted, \
                     serves them, and destroys them after a while.",
                ))
                .license(Some(
                    LicenseBuilder::new()
                        .name(env!("CARGO_PKG_LICENSE"))
                        .identifier(Some(env!("CARGO_PKG_LICENSE")))
                        .build(),
                ))
                .build(),
        )
        .paths(
            PathsBuilder::new()
                .path("/create", path([(HttpMethod::Post, create::post())]))
                .path("/status", path([(HttpMethod::Get, status::get())]))
                .path(
                    "/download/{package_id}",
                    path([
                        (HttpMethod::Get, download::get()),
                        (HttpMethod::Head, download::head()),
                        (HttpMethod::Delete, download::delete()),
                    ]),
                )
                .path(
                    "/download/{package_id}/profile",
                    path([(HttpMethod::Get, download::profile())]),
                )
                .path(
                    "/download/{package_id}/signature",
                    path([
                        (HttpMethod::Get, download::signature()),
                        (HttpMethod::Head, download::signature_head()),
                    ]),
                )
                .path("/", path([(HttpMethod::Get, service::page())]))
                .path("/openapi.json", path([(HttpMethod::Get, service::document())]))
                .path("/healthz", path([(HttpMethod::Get, service::health())]))
                .path("/readyz", path([(HttpMethod::Get, service::readiness())])),
        )
        .components(Some(answers::components(schemas(ComponentsBuilder::new())).build()))
        .build()
}

fn path<const N: usize>(operations: [(HttpMethod, Operation); N]) -> PathItem {
    let mut item = PathItem::default();
    for (method, operation) in operations {
        item.merge_operations(PathItem::new(method, operation));
    }
    item
}

fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    fn add<T: ToSchema + PartialSchema>(components: ComponentsBuilder) -> ComponentsBuilder {
        components.schema(T::name(), T::schema())
    }
    let components = add::<CreateRequest>(components);
    let components = add::<CreateResponse>(components);
    let components = add::<StatusResponse>(components);
    let components = add::<Stage>(components);
    let components = add::<Success>(components);
    let components = add::<Versions>(components);
    let components = add::<Problem>(components);
    add::<FieldProblem>(components)
}

/// A UUID of version 4 with hyphens, in either case (RFC 9562, sections 4 and 5.4).
const UUID_V4: &str = "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-4[0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$";

/// The parameter `package_id`, in the query or in the path.
fn package_id(place: ParameterIn) -> ParameterBuilder {
    ParameterBuilder::new()
        .name("package_id")
        .parameter_in(place)
        .required(Required::True)
        .description(Some("The `package_id` that `/create` answered."))
        .schema(Some(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)))
                .pattern(Some(UUID_V4)),
        ))
}
