//! Bundles that a repository should not have: signed by its keys, and refused all the same.

use packager_tests::agent::{AgentFixture, Archive};
use packager_tests::producer::Producer;
use packager_tests::request::Request;

/// Why a package with this bundle of osqueryd is not made.
fn refusal(archive: Archive) -> String {
    let agent = AgentFixture::scripts("1.58.0").with_osquery_app(archive.finish());
    let status = Producer::of(&agent).status(&Request::pkg());
    assert_eq!(status["status"], "fail", "{status}");
    status["logs"].as_str().unwrap().to_owned()
}

#[test]
fn links_that_lead_out_are_refused() {
    for target in ["/etc/passwd", "../../secret.txt", "Contents/../../x"] {
        let mut archive = Archive::new();
        archive.link("osquery.app/link", target);
        let refusal = refusal(archive);
        assert!(
            refusal.contains("a link that may lead out of it"),
            "{target}: {refusal}"
        );
    }
}

#[test]
fn files_behind_a_link_are_refused() {
    let mut archive = Archive::new();
    archive.link("osquery.app/Contents", "Other");
    archive.file("osquery.app/Contents/MacOS/osqueryd", 0o755, b"program");
    let refusal = refusal(archive);
    assert!(refusal.contains("below a regular file or a link"), "{refusal}");
}

#[test]
fn what_unpacks_to_too_much_is_refused() {
    let mut archive = Archive::new();
    // The limit is a gibibyte, which compresses to a megabyte.
    archive.zeros("osquery.app/Contents/zeros", (1 << 30) + 1);
    let refusal = refusal(archive);
    assert!(refusal.contains("unpacks to too many bytes"), "{refusal}");
}
