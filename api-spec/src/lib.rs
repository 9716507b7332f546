//! The wire types of Fleet Packager's HTTP contract, and the `OpenAPI` document made from them.
//!
//! Service and command-line client share these types, so neither can drift from the other. They say what a message
//! looks like; what may be asked for is decided by the `packager-spec` crate, which reads a [`CreateRequest`].
//!
//! `openapi.json` beside this crate is the committed document. After a change of a type:
//!
//! ```sh
//! cargo run -p packager-api --example openapi > api-spec/openapi.json
//! ```

mod create_request;
mod create_response;
mod field;
mod json_string;
mod openapi;
mod parse;
mod problem;
mod secret_text;
mod status;

pub use create_request::CreateRequest;
pub use create_response::CreateResponse;
pub use field::Field;
pub use openapi::openapi_json;
pub use parse::{MAX_PROBLEMS, MalformedJson, Parsed};
pub use problem::{FieldProblem, PROBLEM_MEDIA_TYPE, Problem};
pub use secret_text::SecretText;
pub use status::{Stage, StatusResponse, Success, Versions};
