//! The committed document is the one that the types describe.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::collections::BTreeSet;

use packager_api::{Field, openapi_json};
use serde_json::Value;

fn document() -> Value {
    serde_json::from_str(&openapi_json()).unwrap()
}

#[test]
fn the_committed_document_is_current() {
    assert!(
        include_str!("../openapi.json") == openapi_json(),
        "openapi.json is stale: cargo run -p packager-api --example openapi > api-spec/openapi.json"
    );
}

#[test]
fn it_is_openapi_3_1_and_ends_with_a_newline() {
    assert!(document()["openapi"].as_str().unwrap().starts_with("3.1"));
    assert!(openapi_json().ends_with("}\n"));
}

#[test]
fn the_request_has_exactly_the_contracts_fields() {
    let document = document();
    let schema = &document["components"]["schemas"]["CreateRequest"];
    let described: BTreeSet<&str> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(described, Field::ALL.iter().map(|field| field.name()).collect());
    assert_eq!(schema["required"], serde_json::json!(["type"]));
    assert_eq!(schema["additionalProperties"], Value::Bool(false));
    for (name, property) in schema["properties"].as_object().unwrap() {
        assert!(property["description"].is_string(), "{name} has no description");
    }
    assert_eq!(schema["properties"]["update-interval"]["default"], "15m0s");
    assert_eq!(schema["properties"]["service"]["default"], true);
    assert_eq!(schema["properties"]["arch"]["default"], "amd64");
}

#[test]
fn every_operation_of_the_contract_is_there_with_its_answers() {
    let document = document();
    for (path, method, answers) in [
        ("/create", "post", "200 400 408 413 415 429 503"),
        ("/status", "get", "200 400 404 429 503"),
        (
            "/download/{package_id}",
            "get",
            "200 206 304 400 404 409 410 416 429 503",
        ),
        (
            "/download/{package_id}",
            "head",
            "200 206 304 400 404 409 410 416 429 503",
        ),
        ("/download/{package_id}", "delete", "204 400 404 429 503"),
        ("/download/{package_id}/profile", "get", "200 400 404 409 410 429 503"),
        ("/download/{package_id}/signature", "get", "200 400 404 409 410 429 503"),
        (
            "/download/{package_id}/signature",
            "head",
            "200 400 404 409 410 429 503",
        ),
        ("/", "get", "200"),
        ("/openapi.json", "get", "200"),
        ("/healthz", "get", "200"),
        ("/readyz", "get", "200 503"),
    ] {
        let responses = document["paths"][path][method]["responses"].as_object().unwrap();
        let described: Vec<&str> = responses.keys().map(String::as_str).collect();
        assert_eq!(described.join(" "), answers, "{method} {path}");
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_error_is_a_problem() {
    fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    match member.as_str() {
                        Some(target) if name == "$ref" => found.push(target),
                        _ => references(member, found),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = Vec::new();
    references(&document, &mut found);
    assert!(found.len() > 40, "{}", found.len());
    for target in found {
        assert!(document.pointer(target.trim_start_matches('#')).is_some(), "{target}");
    }
    for (name, response) in document["components"]["responses"].as_object().unwrap() {
        assert!(
            response["content"]["application/problem+json"]["schema"]["$ref"].is_string(),
            "{name}"
        );
    }
}
