//! Writes the `OpenAPI` document to standard output:
//! `cargo run -p packager-api --example openapi > api-spec/openapi.json`.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    io::stdout().write_all(packager_api::openapi_json().as_bytes())
}
