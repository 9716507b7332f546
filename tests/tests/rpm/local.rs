//! `packager package`, which builds here, and the service give the same package: two builds of the same request and targets
//! are the same to the byte.

use std::fs;

use packager_tests::agent::AgentFixture;
use packager_tests::producer::Producer;
use packager_tests::product;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL, Request};
use packager_tests::rpm::build_rpm;

#[test]
fn the_local_command_and_the_service_give_the_same_bytes() {
    let agent = AgentFixture::scripts("1.58.0");
    let producer = Producer::of(&agent);
    let request = Request::rpm().with("fleet-desktop", true).with("arch", "arm64");
    let served = build_rpm(&request, &agent);

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (secret, cache, outfile) = (path("secret"), path("cache"), path("made.rpm"));
    fs::write(&secret, ENROLL_SECRET).unwrap();
    let roots = producer.repository().join("root.json").display().to_string();
    let update_url = producer.update_url();
    let command = product::command(&[
        "package",
        "--type=rpm",
        "--arch=arm64",
        "--fleet-desktop",
        "--verify",
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
    let ran = Ran::new(command);
    assert!(ran.succeeded() && ran.stderr.contains("read by /usr/bin/rpm"), "{ran}");
    assert!(fs::read(outfile).unwrap() == served.bytes());
}
