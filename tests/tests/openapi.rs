//! The running service is what its `OpenAPI` document says: schemathesis asks it, with valid, invalid and hostile
//! requests and along the document's links, and looks at every answer.
//!
//! `fixtures/schemathesis` has its settings. `.venv` has the program; `make test` installs it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail like tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::metrics::Metrics;
use packager_tests::producer::{Options, Producer, Rates};
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::signing::Key;
use serde_json::{Value, json};

/// Requests for each operation in each phase: enough that a package is created, looked at, downloaded, and destroyed.
const EXAMPLES: &str = "30";

/// Makes a document say something that is not so.
type Damage = fn(&mut Value);

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The service's document, which is the committed one.
fn document() -> Value {
    serde_json::from_slice(&fs::read(workspace().join("api-spec/openapi.json")).unwrap()).unwrap()
}

/// Asks the service at `url`, holding it against `document`.
fn schemathesis(url: &str, document: &Value, arguments: &[&str]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("openapi.json");
    fs::write(&path, document.to_string()).unwrap();
    let fixtures = workspace().join("fixtures/schemathesis").canonicalize().unwrap();
    let mut command = Command::new(workspace().join(".venv/bin/schemathesis"));
    command
        .arg("--config-file")
        .arg(fixtures.join("schemathesis.toml"))
        .args(["--no-color", "run", "--url", url, "--max-examples", EXAMPLES])
        .args(arguments)
        .arg(path)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", fixtures)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("HOME", folder.path())
        .current_dir(folder.path());
    Ran::new(command)
}

fn service(rates: Rates) -> std::sync::Arc<Producer> {
    let options = Options {
        rates,
        // So that Arch packages have their signatures beside them.
        key: Some(Key::plain("ed25519.asc")),
        release_key: true,
        ..Options::default()
    };
    Producer::with(&AgentFixture::scripts("1.58.0"), options)
}

/// How many requests of `route` were answered with `status` so far.
fn answered(service: &Producer, route: &str, status: &str) -> f64 {
    let metrics = Metrics::of(service.admin_url());
    metrics.value("packager_http_requests_total", &[("route", route), ("status", status)])
}

#[test]
fn every_answer_is_documented() {
    let service = service(Rates::Off);
    let _ = schemathesis(service.url(), &document(), &[]).expect_success();
    // It went as far as it is meant to.
    for (route, status) in [
        ("/create", "200"),
        ("/create", "400"),
        ("/create", "405"),
        ("/create", "415"),
        ("/status", "200"),
        ("/status", "400"),
        ("/status", "404"),
        ("/download/{package_id}", "200"),
        ("/download/{package_id}", "204"),
        ("/download/{package_id}", "404"),
        ("/download/{package_id}", "410"),
    ] {
        let times = answered(&service, route, status);
        assert!(times > 0.0, "{route} was never answered with {status}");
    }
}

#[test]
fn so_is_every_answer_of_a_service_that_limits_its_clients() {
    let service = service(Rates::Usual);
    let _ = schemathesis(service.url(), &document(), &[]).expect_success();
    for route in ["/create", "/status", "/download/{package_id}"] {
        assert!(answered(&service, route, "429") > 0.0, "{route} was never limited");
    }
}

#[test]
fn every_kind_of_package_has_a_media_type_that_is_documented() {
    let service = service(Rates::Off);
    let document = document();
    let download = &document["paths"]["/download/{package_id}"]["get"];
    for status in ["200", "206"] {
        let documented = download["responses"][status]["content"].as_object().unwrap();
        let mut left: Vec<_> = documented.keys().map(String::as_str).collect();
        for request in [
            Request::deb(),
            Request::rpm(),
            Request::arch(),
            Request::pkg(),
            Request::msi(),
        ] {
            let url = service.status(&request)["download_url"].as_str().unwrap().to_owned();
            let mut curl = Command::new("curl");
            curl.args(["-fsS", "-o", "/dev/null", "-w", "%{http_code} %{content_type}"]);
            if status == "206" {
                curl.args(["--range", "0-9"]);
            }
            curl.arg(&url);
            let answer = Ran::new(curl).expect_success();
            let media_type = answer.strip_prefix(status).unwrap().trim();
            let before = left.len();
            left.retain(|documented| *documented != media_type);
            assert_eq!(left.len() + 1, before, "{media_type} is not documented");
        }
        assert!(left.is_empty(), "no package is {left:?}");
    }
}

/// Each fault is one that schemathesis must find: without these, its silence above would say nothing.
#[test]
fn what_a_document_leaves_out_is_found() {
    let service = service(Rates::Off);
    let faults: [(&str, &str, Damage); 4] = [
        ("/healthz", "Undocumented status code", |document| {
            let responses = document["paths"]["/healthz"]["get"]["responses"].as_object_mut();
            let answer = responses.unwrap().remove("200").unwrap();
            document["paths"]["/healthz"]["get"]["responses"]["204"] = answer;
        }),
        ("/readyz", "Undocumented Content-Type", |document| {
            let response = &mut document["paths"]["/readyz"]["get"]["responses"]["200"];
            response["content"] = json!({"text/html": {}});
        }),
        ("/status", "Response violates schema", |document| {
            document["components"]["schemas"]["Problem"]["required"] = json!(["instance"]);
        }),
        ("/status", "is documented and not there", |document| {
            document["components"]["responses"]["NotFound"]["headers"] = json!({"Retry-After": {}});
        }),
    ];
    for (path, finding, damage) in faults {
        let mut damaged = document();
        damage(&mut damaged);
        let ran = schemathesis(service.url(), &damaged, &["--include-path", path, "--phases=coverage"]);
        assert!(!ran.succeeded() && ran.stdout.contains(finding), "{path}: {ran}");
    }
}
