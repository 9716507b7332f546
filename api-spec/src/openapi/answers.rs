//! The answers that several operations share: every error, and the headers.

use utoipa::ToSchema as _;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::{ComponentsBuilder, Content, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder, Schema, Type};

use crate::{PROBLEM_MEDIA_TYPE, Problem};

/// An answer that is a problem: its status code, its name among the components, and when it is given.
#[derive(Clone, Copy)]
pub(super) struct ProblemAnswer {
    pub(super) status: &'static str,
    name: &'static str,
    description: &'static str,
}

impl ProblemAnswer {
    pub(super) fn reference(self) -> Ref {
        Ref::from_response_name(self.name)
    }
}

macro_rules! problem_answers {
    ($($constant:ident = $status:literal $name:literal $description:literal,)+) => {
        $(pub(super) const $constant: ProblemAnswer =
            ProblemAnswer { status: $status, name: $name, description: $description };)+
        const ALL: &[ProblemAnswer] = &[$($constant,)+];
    };
}

problem_answers! {
    BAD_REQUEST = "400" "BadRequest"
        "The request breaks the contract. `errors` holds all problems of its fields, each naming its field.",
    NOT_FOUND = "404" "NotFound"
        "There is no such package, or it expired more than a day ago.",
    REQUEST_TIMEOUT = "408" "RequestTimeout"
        "The body did not arrive in time.",
    CONFLICT = "409" "Conflict"
        "The package is still being built, or its build failed.",
    GONE = "410" "Gone"
        "The package expired or was deleted.",
    CONTENT_TOO_LARGE = "413" "ContentTooLarge"
        "The body is longer than the service takes.",
    UNSUPPORTED_MEDIA_TYPE = "415" "UnsupportedMediaType"
        "The body is not declared as `application/json`.",
    RANGE_NOT_SATISFIABLE = "416" "RangeNotSatisfiable"
        "The range lies outside the package.",
    TOO_MANY_REQUESTS = "429" "TooManyRequests"
        "The rate limit is reached.",
    SERVICE_UNAVAILABLE = "503" "ServiceUnavailable"
        "There is no room at present, or the service is about to stop.",
}

pub(super) fn components(components: ComponentsBuilder) -> ComponentsBuilder {
    ALL.iter().fold(components, |components, &answer| {
        components.response(answer.name, problem(answer))
    })
}

fn problem(answer: ProblemAnswer) -> Response {
    let response = ResponseBuilder::new().description(answer.description).content(
        PROBLEM_MEDIA_TYPE,
        Content::new(Some(Ref::from_schema_name(Problem::name()))),
    );
    let retry_after = || text("When to try again, in seconds (RFC 9110, section 10.2.3).", r"^[0-9]+$");
    match answer.status {
        "416" => response.header("Content-Range", text("`bytes */<length>`.", r"^bytes \*/[0-9]+$")),
        "429" => response
            .header("Retry-After", retry_after())
            .header(
                "RateLimit",
                described("The limit's state: remaining requests and seconds until it recovers."),
            )
            .header(
                "RateLimit-Policy",
                described("The limit: requests and the seconds they are counted over."),
            ),
        "503" => response.header("Retry-After", retry_after()),
        _ => response,
    }
    .build()
}

/// A header of free form.
pub(super) fn described(description: &str) -> Header {
    header(description, ObjectBuilder::new().schema_type(Type::String))
}

/// A header that matches `pattern`.
pub(super) fn text(description: &str, pattern: &str) -> Header {
    header(
        description,
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)),
    )
}

/// A header that is a whole number.
pub(super) fn number(description: &str) -> Header {
    header(
        description,
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0_u8)),
    )
}

fn header(description: &str, schema: impl Into<RefOr<Schema>>) -> Header {
    HeaderBuilder::new()
        .schema(Some(schema))
        .description(Some(description))
        .build()
}

/// A success whose body is JSON of the schema `name`.
pub(super) fn json(description: &str, name: &str) -> Response {
    ResponseBuilder::new()
        .description(description)
        .content("application/json", Content::new(Some(Ref::from_schema_name(name))))
        .build()
}
