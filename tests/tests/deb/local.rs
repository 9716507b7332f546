//! `packager package`, which builds here, and the service give the same package.

use std::fs;

use packager_tests::agent::AgentFixture;
use packager_tests::deb::build_deb;
use packager_tests::producer::Producer;
use packager_tests::product;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL, Request};

#[test]
fn the_local_command_and_the_service_give_the_same_bytes() {
    let agent = AgentFixture::scripts("1.58.0");
    let flags = "--verbose=true\n";
    let request = Request::deb()
        .with("fleet-desktop", true)
        .with("arch", "arm64")
        .with("osquery-flagfile", flags);
    let served = build_deb(&request, &agent);

    let producer = Producer::of(&agent);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (secret, flagfile, cache, outfile) = (path("secret"), path("flags"), path("cache"), path("made.deb"));
    fs::write(&secret, ENROLL_SECRET).unwrap();
    fs::write(&flagfile, flags).unwrap();
    let roots = producer.repository().join("root.json").display().to_string();
    let update_url = producer.update_url();
    let command = product::command(&[
        "package",
        "--type=deb",
        "--arch=arm64",
        "--fleet-desktop",
        "--fleet-url",
        FLEET_URL,
        "--enroll-secret-file",
        &secret,
        "--osquery-flagfile",
        &flagfile,
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
