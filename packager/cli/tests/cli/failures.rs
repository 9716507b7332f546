//! The exit code of each failure, what is told of it in JSON and without, and that it leaves nothing behind.

use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use crate::scripted::{BODY, ID, ask, body, both, check, created, promised, success};
use crate::support::{FLEET_URL, Place, SECRET, send, stdout};
use crate::test_server::{Reply, TestServer};

#[test]
fn a_command_line_that_cannot_be_run_is_2() {
    let place = Place::new();
    let bare = ["package", "--json", "--type", "pkg"];
    for arguments in [
        // The parser's to say, the rules', and the command's.
        &["--no-such-flag"][..],
        &["--fleet-url", "ftp://x", "--arch", "vax"],
        &["--remote", "not a URL"],
        &["--remote", "ftp://x", "--fleet-url", "x", "--enroll-secret", SECRET],
        &[
            "--remote",
            "https://x",
            "--update-url",
            "file:///x",
            "--fleet-url",
            "x",
            "--enroll-secret",
            SECRET,
        ],
        &["--outfile", "x.deb", "--fleet-url", "x", "--enroll-secret", SECRET],
        &["--outfile", "-", "--fleet-url", "x", "--enroll-secret", SECRET],
    ] {
        let output = place.run(&[&bare[..], arguments].concat());
        check(&output, &place, 2, "usage");
        assert!(!output.stdout.is_empty(), "{arguments:?}");
        let without = place.run(&[&["package", "--type", "pkg"], arguments].concat());
        check(&without, &place, 2, "usage");
        assert!(without.stdout.is_empty());
    }
    let output = place.run(&[&bare[..], &["--fleet-url", "ftp://x", "--arch", "vax"]].concat());
    let told: Value = serde_json::from_str(stdout(&output)).unwrap();
    let fields: Vec<_> = told["error"]["errors"].as_array().unwrap().iter().collect();
    assert!(fields.iter().any(|error| error["field"] == "fleet_url"), "{told}");
    // Help is a result, whatever else is there.
    let output = place.run(&["package", "--json", "--help"]);
    assert!(output.status.success() && stdout(&output).contains("--json"));
}

#[test]
fn what_the_service_refuses_is_3_with_the_fields() {
    let problem = format!(
        r#"{{"title":"Bad Request","status":400,"detail":"No {SECRET} for {ID}.",
            "errors":[{{"field":"fleet_url","detail":"is wrong"}}]}}"#
    );
    let error = both(&[Reply::new(400, &problem)], &[], 3, "refused");
    assert_eq!(
        error["errors"],
        serde_json::json!([{"field": "fleet_url", "detail": "is wrong"}])
    );
    let text = "the service refused: No [redacted] for [redacted]: --fleet-url is wrong (400 Bad Request)";
    assert_eq!(error["message"], text);
}

#[test]
fn a_build_that_fails_is_4() {
    let failed = format!(r#"{{"status":"fail","logs":"no such channel {SECRET}"}}"#);
    both(&[created(), Reply::new(200, &failed)], &[], 4, "build-failed");
}

#[test]
fn a_package_that_is_gone_is_5() {
    both(
        &[created(), Reply::new(200, r#"{"status":"expired"}"#)],
        &[],
        5,
        "expired",
    );
    both(&[created(), promised(""), Reply::new(410, "")], &[], 5, "expired");
}

#[test]
fn a_service_that_is_busy_for_a_day_is_6() {
    for status in [429, 503] {
        let busy = Reply::new(status, "").with_header("retry-after", "86400");
        let error = both(&[busy], &[], 6, "busy");
        assert_eq!(error["retry_after"], 86400);
    }
    let absurd = Reply::new(503, "").with_header("retry-after", "99999999999999999999");
    both(&[absurd], &[], 6, "busy");
}

#[test]
fn a_service_that_fails_or_is_none_is_7() {
    both(&[Reply::new(500, "")], &[], 7, "unreachable");
    let redirect = Reply::new(307, "").with_header("location", "https://elsewhere.example.com/create");
    both(&[redirect], &[], 7, "unreachable");
    // It does not speak TLS.
    let (place, server) = (Place::new(), TestServer::new([Reply::new(400, "")]));
    let url = server.url().to_string().replace("http:", "https:");
    let output = place.run(&[
        "package",
        "--type",
        "pkg",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret",
        SECRET,
        "--remote",
        &url,
    ]);
    check(&output, &place, 7, "unreachable");
}

#[test]
fn what_was_not_promised_is_8() {
    let wrong = BODY.replace('j', "J");
    for replies in [
        // Another checksum, another length, more and more, another range, a range of something else.
        vec![body(&wrong)],
        vec![body(&BODY[1..])],
        vec![body(&"x".repeat(1 << 16)).endless()],
        vec![Reply::new(206, &BODY[8..]).with_header("content-range", "bytes 8-19/20")],
    ] {
        both(&[vec![created(), promised("")], replies].concat(), &[], 8, "corrupt");
    }
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/openpgp/release.pub.pem");
    let trusting = ["--remote-public-key", key];
    for reply in [
        body(BODY),
        body(BODY).with_header("x-signature-ed25519", "AAAA"),
        body(BODY).with_header("x-signature-ed25519", &format!("{}==", "A".repeat(86))),
    ] {
        both(&[created(), promised(""), reply], &trusting, 8, "corrupt");
    }
    // The reader of the format does not take it.
    if std::path::Path::new("/usr/bin/bsdtar").exists() {
        both(&[created(), promised(""), body(BODY)], &["--verify"], 8, "corrupt");
    }
}

#[test]
fn a_file_that_cannot_be_written_or_read_is_9() {
    both(&[], &["--osquery-flagfile", "/nonexistent"], 9, "io");
    for json in [&[][..], &["--json"]] {
        let (place, server) = (Place::new(), TestServer::new([created(), promised(""), body(BODY)]));
        std::fs::create_dir(place.path("work/x.pkg")).unwrap();
        let output = ask(&place, &server, json);
        check(&output, &place, 9, "io");
        assert_eq!(place.work(), ["x.pkg"]);
    }
}

#[test]
fn answers_that_are_none_are_10() {
    let page = Reply::new(200, "<html>Sign in</html>").with_header("content-type", "text/html");
    both(std::slice::from_ref(&page), &[], 10, "protocol");
    both(&[created(), page], &[], 10, "protocol");
    both(&[Reply::new(200, &"x".repeat(1 << 16)).endless()], &[], 10, "protocol");
    both(&[created(), success("00", "")], &[], 10, "protocol");
    let elsewhere = |name: &str| {
        let text = r#"{"status":"success","download_url":"{base}/x","file_name":"NAME","size":20,"sha256":"00",
            "expires_at":"2026-11-21T10:30:00Z","signed":false,"versions":{"orbit":"1","osqueryd":"1"}}"#;
        Reply::new(200, &text.replace("NAME", name))
    };
    for name in ["../x.pkg", "/etc/x.pkg", "x.deb", "x\\u001b[2J.pkg", ".pkg", ""] {
        both(&[created(), elsewhere(name)], &[], 10, "protocol");
    }
}

#[test]
fn what_is_none_of_these_is_1() {
    let place = Place::new();
    let repository = place.repository();
    let mut arguments = vec![
        "package",
        "--json",
        "--type",
        "deb",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret",
        SECRET,
    ];
    arguments.extend([repository[0].as_str(), &repository[1], "--update-roots", "{}"]);
    let output = place.run(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(told["error"]["kind"], "failed");
    assert!(place.work().is_empty());
}

#[test]
fn an_interruption_is_130_and_leaves_nothing() {
    for signal in [Signal::INT, Signal::TERM] {
        let place = Place::new();
        let half = body(&BODY[..8]).missing(12).stalling();
        let signature = Reply::new(200, "signature");
        let status = promised(r#","signature_url":"{base}/x.sig""#);
        let server = TestServer::new([created(), status, signature, half]);
        let url = server.url();
        let child = place
            .packager(&["package", "--json", "--type", "pkg", "--fleet-url", FLEET_URL])
            .args(["--remote", url.as_str()])
            .env("FLEET_ENROLL_SECRET", SECRET)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        server.answered(4);
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        check(&output, &place, 130, "interrupted");
        assert!(!output.stdout.is_empty() && place.work().is_empty());
    }
}
