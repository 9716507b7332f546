//! The command against a service that answers as it is told.

use std::process::Output;

use packager_artifact::Sha256Digest;
use serde_json::Value;

use crate::support::{FLEET_URL, Place, SECRET, names, stderr, stdout};
use crate::test_server::{Reply, TestServer};

pub(crate) const ID: &str = "7b6c1f0e-8a53-4a52-9d57-0e7c6f3c2a11";
pub(crate) const BODY: &str = "0123456789abcdefghij";

pub(crate) fn created() -> Reply {
    Reply::new(200, &format!(r#"{{"package_id":"{ID}"}}"#))
}

/// The status of a package of 20 bytes, with these members beside.
pub(crate) fn success(sha256: &str, beside: &str) -> Reply {
    Reply::new(
        200,
        &format!(
            r#"{{"status":"success","download_url":"{{base}}/download/{ID}","file_name":"x.pkg","size":20,
                "sha256":"{sha256}","expires_at":"2026-11-21T10:30:00Z","signed":false{beside},
                "versions":{{"orbit":"1","osqueryd":"1"}}}}"#
        ),
    )
}

/// The status of a package that is [`BODY`].
pub(crate) fn promised(beside: &str) -> Reply {
    success(&Sha256Digest::of(BODY.as_bytes()).to_string(), beside)
}

pub(crate) fn body(text: &str) -> Reply {
    Reply::new(200, text).with_header("etag", "\"tag\"")
}

/// Asks a service with these replies for a pkg.
pub(crate) fn ask(place: &Place, server: &TestServer, more: &[&str]) -> Output {
    let url = server.url();
    let all = [
        "package",
        "--type",
        "pkg",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret",
        SECRET,
        "--remote",
        url.as_str(),
    ];
    place.run(&[&all[..], more].concat())
}

/// Checks a failure, in JSON or not.
pub(crate) fn check(output: &Output, place: &Place, code: i32, kind: &str) {
    let (out, log) = (stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(code), "{out}{log}");
    assert!(log.contains("error: "), "{log}");
    for told in [out, log] {
        assert!(!told.contains(SECRET) && !told.contains(ID), "{told}");
    }
    if !out.is_empty() {
        assert_eq!(out.lines().count(), 1, "{out}");
        let error = &serde_json::from_str::<Value>(out).unwrap()["error"];
        assert_eq!(error["exit_code"], code, "{out}");
        assert_eq!(error["kind"], kind, "{out}");
        assert!(!error["message"].as_str().unwrap().is_empty(), "{out}");
    }
    assert!(names(&place.path("tmp")).is_empty());
    assert!(!place.path("home/.cache").exists());
}

pub(crate) fn both(replies: &[Reply], more: &[&str], code: i32, kind: &str) -> Value {
    for json in [&[][..], &["--json"]] {
        let (place, server) = (Place::new(), TestServer::new(replies.to_vec()));
        let output = ask(&place, &server, &[more, json].concat());
        check(&output, &place, code, kind);
        assert_eq!(output.stdout.is_empty(), json.is_empty());
        assert!(place.work().is_empty());
        if !json.is_empty() {
            let told: Value = serde_json::from_str(stdout(&output)).unwrap();
            return told["error"].clone();
        }
    }
    unreachable!()
}
