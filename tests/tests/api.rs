//! docs/api.md: its commands are run, word for word, and it has all that the `OpenAPI` document has.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use packager_tests::agent::AgentFixture;
use packager_tests::docs;
use packager_tests::producer::{Options, Producer, Rates};
use packager_tests::ran::Ran;
use packager_tests::signing::Key;
use serde_json::Value;

const PAGE: &str = "api.md";

fn run(name: &str, folder: &Path, service: &Producer) -> Ran {
    let variables = [
        ("url", service.url().to_owned()),
        ("key", Producer::release_public_key().display().to_string()),
    ];
    let introduced = docs::not_run(PAGE, "variables");
    for (name, _) in &variables {
        assert!(
            introduced.contains(&format!("{name}=")),
            "the page does not introduce {name}"
        );
    }
    docs::run(&docs::commands_of(PAGE, name), folder, &variables)
}

#[test]
fn the_pages_commands_do_what_it_says() {
    let options = Options {
        key: Some(Key::plain("ed25519.asc")),
        release_key: true,
        ..Options::default()
    };
    let service = Producer::with(&AgentFixture::scripts("1.58.0"), options);
    let folder = tempfile::tempdir().unwrap();
    let has = |name: &str| folder.path().join(name).is_file();
    let mut left = docs::names(PAGE);
    let mut run = |name: &str| {
        assert_eq!(left.remove(0), name, "the page's commands have another order");
        run(name, folder.path(), &service).expect_success()
    };

    let _ = run("create");
    let status = run("wait");
    assert!(status.contains("\"status\": \"success\""), "{status}");
    assert_eq!(run("download"), "fleet-osquery_1.58.0_amd64.deb: OK\n");
    assert!(run("verify").contains("Signature Verified Successfully"));
    let _ = run("resume");
    let _ = run("beside");
    assert!(has("fleet-osquery-1.58.0-1-x86_64.pkg.tar.zst.sig") && has("fleetd.mobileconfig"));
    let _ = run("destroy");

    let expected: Vec<_> = docs::commands_of(PAGE, "errors")
        .lines()
        .filter_map(|line| Some(line.rsplit_once("# ")?.1.to_owned()))
        .collect();
    assert_eq!(run("errors").lines().collect::<Vec<_>>(), expected);
    assert_eq!(left, ["limits"], "these commands are not run");
}

#[test]
fn a_client_that_asks_too_often_is_told_when_to_come_back() {
    let options = Options {
        rates: Rates::Usual,
        ..Options::default()
    };
    let service = Producer::with(&AgentFixture::scripts("1.58.0"), options);
    let folder = tempfile::tempdir().unwrap();
    // The first of the ten that are allowed in a minute.
    let _ = run("create", folder.path(), &service).expect_success();
    let answers = run("limits", folder.path(), &service).expect_success();
    let counts: Vec<_> = answers
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .collect();
    assert!(counts.iter().any(|count| count.get(1) == Some(&"429")), "{answers}");
    let retry_after = answers
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("retry-after: ")?.parse::<u32>().ok());
    assert!(
        retry_after.is_some_and(|seconds| (1..=60).contains(&seconds)),
        "{answers}"
    );
}

#[test]
fn the_page_has_every_call_and_every_status() {
    let document = fs::read(docs::folder().join("../api-spec/openapi.json")).unwrap();
    let document: Value = serde_json::from_slice(&document).unwrap();
    let page = docs::text(PAGE);
    let calls = page.split_once("## Calls\n").unwrap().1;
    let calls: Vec<_> = calls.lines().take_while(|line| line.starts_with('|')).collect();
    let errors: BTreeSet<_> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.get(..3))
        .collect();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let place = if path == "/" { "GET /`" } else { path.as_str() };
            let call = |line: &&str| line.contains(&method.to_uppercase()) && line.contains(place);
            assert!(calls.iter().any(call), "the page does not have {method} {path}");
            for status in operation["responses"].as_object().unwrap().keys() {
                let described = status.starts_with('2')
                    || errors.contains(status.as_str())
                    || page.contains(&format!("`{status}`"));
                assert!(described, "the page does not have {status} of {method} {path}");
            }
        }
    }
    let schema = &document["components"]["schemas"]["StatusResponse"].to_string();
    for word in ["in-progress", "success", "fail", "expired"] {
        assert!(
            schema.contains(word) && page.contains(&format!("| `{word}` |")),
            "{word}"
        );
    }
    let stages = document["components"]["schemas"]["Stage"]["enum"].as_array().cloned();
    for stage in stages.unwrap_or_default() {
        assert!(page.contains(&format!("`{}`", stage.as_str().unwrap())), "{stage}");
    }
}
