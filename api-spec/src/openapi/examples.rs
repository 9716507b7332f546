//! Requests that a service with no keys answers with a package's id.

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::example::{Example, ExampleBuilder};

/// Requests for each kind of package, by name.
pub(super) fn create_requests() -> impl Iterator<Item = (&'static str, RefOr<Example>)> {
    [
        ("deb", "For Debian and Ubuntu", enrolling("deb", json!({}))),
        (
            "rpm",
            "For Fedora and Red Hat, on ARM, with Fleet Desktop",
            enrolling("rpm", json!({"arch": "arm64", "fleet-desktop": true})),
        ),
        ("arch", "For Arch Linux", enrolling("pkg.tar.zst", json!({}))),
        (
            "msi",
            "For Windows; Fleet may run scripts, and osquery has its database elsewhere",
            enrolling(
                "msi",
                json!({"enable-scripts": true, "osquery-db": "D:\\osquery\\osquery.db"}),
            ),
        ),
        (
            "pkg",
            "For macOS",
            enrolling("pkg", json!({"fleet-desktop": true, "update-interval": "1h"})),
        ),
        (
            "profile",
            "For macOS, with URL and secret in a configuration profile beside the package",
            enrolling("pkg", json!({"use-system-configuration": true})),
        ),
        (
            "flagfile",
            "With a flagfile for osquery",
            enrolling("deb", json!({"osquery-flagfile": "--verbose\n--logger_min_status=1\n"})),
        ),
    ]
    .into_iter()
    .map(|(name, summary, request)| {
        let example = ExampleBuilder::new().summary(summary).value(Some(request)).build();
        (name, example.into())
    })
}

/// A request for a package that enrolls with a server that does not exist (RFC 2606).
fn enrolling(package_type: &str, more: Value) -> Value {
    let mut request = json!({
        "type": package_type,
        "fleet_url": "https://fleet.example.com",
        "enroll_secret": "quiet-otter-42",
    });
    if let (Some(request), Value::Object(more)) = (request.as_object_mut(), more) {
        request.extend(more);
    }
    request
}
