//! Packages of the same request and release are the same, wherever they are made.

use std::fs;

use packager_tests::agent::AgentFixture;
use packager_tests::pkg::build_pkg;
use packager_tests::producer::Producer;
use packager_tests::product;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL, Request};

#[test]
fn the_local_command_and_the_service_give_the_same_bytes() {
    let agent = AgentFixture::scripts("1.58.0");
    let request = Request::pkg().with("fleet-desktop", true);
    let served = build_pkg(&request, &agent);
    let producer = Producer::of(&agent);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (secret, cache, outfile) = (path("secret"), path("cache"), path("made.pkg"));
    fs::write(&secret, ENROLL_SECRET).unwrap();
    let roots = producer.repository().join("root.json").display().to_string();
    let update_url = producer.update_url();
    let command = product::command(&[
        "package",
        "--type=pkg",
        "--verify",
        "--fleet-desktop",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret-file",
        &secret,
        "--update-url",
        &update_url,
        "--update-roots",
        &roots,
        "--cache-dir",
        &cache,
        "--outfile",
        &outfile,
    ]);
    let _ = Ran::new(command).expect_success();
    assert!(fs::read(outfile).unwrap() == served.bytes());
}
