//! What goes with a package from a service, and what a person sees meanwhile.

use std::process::Stdio;

use serde_json::Value;

use crate::scripted::{BODY, ID, ask, body, both, created, promised};
use crate::support::{FLEET_URL, Place, SECRET, mode, stderr, stdout};
use crate::test_server::{Reply, TestServer};

const BESIDE: &str = r#","signature_url":"{base}/x.sig","profile_url":"{base}/x.mobileconfig""#;

#[test]
fn what_goes_with_a_package_comes_too() {
    let (signature, profile) = (Reply::new(200, "signature"), Reply::new(200, "profile"));
    for json in [false, true] {
        let place = Place::new();
        // Connections that break, and a service that has to be asked again.
        let again = Reply::new(429, "").with_header("retry-after", "0");
        let rest = Reply::new(206, &BODY[8..]).with_header("content-range", "bytes 8-19/20");
        let half = body(&BODY[..8]).missing(12);
        let status = promised(BESIDE);
        let server = TestServer::new([
            Reply::hang_up(),
            created(),
            Reply::broken("{"),
            status,
            signature.clone(),
            again,
            profile.clone(),
            half,
            rest,
        ]);
        let more: &[&str] = if json {
            &["--json", "--use-system-configuration"]
        } else {
            &["--use-system-configuration"]
        };
        let output = ask(&place, &server, more);
        assert!(output.status.success(), "{}", stderr(&output));
        assert_eq!(place.work(), ["x.mobileconfig", "x.pkg", "x.pkg.sig"]);
        for (name, content) in [
            ("x.pkg", BODY),
            ("x.pkg.sig", "signature"),
            ("x.mobileconfig", "profile"),
        ] {
            let path = place.path("work").join(name);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
            assert_eq!(mode(&path), 0o600);
        }
        // What is fetched carries no secret.
        let requests = server.requests();
        assert!(requests[0].body.contains(SECRET) && requests[0].header("range").is_none());
        assert_eq!(requests[8].line(), format!("GET /download/{ID} HTTP/1.1"));
        assert!(requests[2..].iter().all(|request| request.body.is_empty()));
        if json {
            let told: Value = serde_json::from_str(stdout(&output)).unwrap();
            assert_eq!(told["path"], "x.pkg");
            assert_eq!(told["signature_path"], "x.pkg.sig");
            assert_eq!(told["profile_path"], "x.mobileconfig");
            assert_eq!(told["expires_at"], "2026-11-21T10:30:00Z");
            assert_eq!(told["size"], 20);
        } else {
            assert_eq!(stdout(&output), "x.pkg\n");
            assert!(stderr(&output).contains("configuration profile: x.mobileconfig\n"));
        }
    }
}

#[test]
fn a_package_that_needs_no_profile_gets_none() {
    let place = Place::new();
    let server = TestServer::new([created(), promised(BESIDE), Reply::new(200, "signature"), body(BODY)]);
    let output = ask(&place, &server, &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(place.work(), ["x.pkg", "x.pkg.sig"]);
}

#[test]
fn when_what_goes_with_it_fails_nothing_is_left() {
    let system = ["--use-system-configuration"];
    // It is not named, not there, gone, without end; and the package that follows is another.
    both(&[created(), promised("")], &system, 10, "protocol");
    for (reply, code, kind) in [
        (Reply::new(404, ""), 3, "refused"),
        (Reply::new(410, ""), 5, "expired"),
        (Reply::new(200, ""), 8, "corrupt"),
        (Reply::new(200, &"x".repeat(1 << 16)).endless(), 10, "protocol"),
    ] {
        let signature = Reply::new(200, "signature");
        both(&[created(), promised(BESIDE), signature, reply], &system, code, kind);
    }
    let (signature, profile) = (Reply::new(200, "signature"), Reply::new(200, "profile"));
    let replies = [created(), promised(BESIDE), signature, profile, body(&BODY[1..])];
    both(&replies, &system, 8, "corrupt");
}

#[test]
fn a_profile_that_was_changed_on_its_way_is_8_for_who_has_the_release_key() {
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/openpgp/release.pub.pem");
    let replies = [
        created(),
        promised(BESIDE),
        Reply::new(200, "signature"),
        Reply::new(200, "profile"),
    ];
    let more = ["--use-system-configuration", "--remote-public-key", key];
    let error = both(&replies, &more, 8, "corrupt");
    assert!(
        error["message"].as_str().unwrap().contains("configuration profile"),
        "{error}"
    );
}

#[test]
fn a_terminal_shows_stages_and_bytes_and_is_left_clean() {
    let place = Place::new();
    let building = Reply::new(200, r#"{"status":"in-progress","stage":"building"}"#);
    let server = TestServer::new([created(), building, promised(""), body(BODY)]);
    let url = server.url();
    // A terminal of its own, with what the program would have written to it.
    let command = format!(
        "{} package --type pkg --fleet-url {FLEET_URL} --remote {url}",
        env!("CARGO_BIN_EXE_packager")
    );
    let output = std::process::Command::new("/usr/bin/script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env_clear()
        .env("FLEET_ENROLL_SECRET", SECRET)
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh")
        .current_dir(place.path("work"))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let seen = stdout(&output);
    assert!(seen.contains("building"), "{seen:?}");
    assert!(seen.trim_end().ends_with("x.pkg"), "{seen:?}");
    assert!(!seen.contains(SECRET) && !seen.contains(ID), "{seen:?}");
}
