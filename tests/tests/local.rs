//! `packager package`, which builds here, and the service give the same package: two builds of the same request and targets
//! are the same to the byte, wherever they are made.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::fs;

use packager_tests::agent::AgentFixture;
use packager_tests::producer::Producer;
use packager_tests::product;
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, FLEET_URL, Request};

/// Makes packages of a type both ways, and returns what the command said on standard error.
fn assert_same(request: &Request, package_type: &str, options: &[&str]) -> String {
    let agent = AgentFixture::scripts("1.58.0");
    let flags = "--verbose=true\n";
    let request = request
        .clone()
        .with("fleet-desktop", true)
        .with("arch", "arm64")
        .with("osquery-flagfile", flags);
    let producer = Producer::of(&agent);
    let served = producer.build(&request);

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (secret, flagfile, cache) = (path("secret"), path("flags"), path("cache"));
    let outfile = path(&format!("made.{package_type}"));
    fs::write(&secret, ENROLL_SECRET).unwrap();
    fs::write(&flagfile, flags).unwrap();
    let roots = producer.repository().join("root.json").display().to_string();
    let update_url = producer.update_url();
    let required = [
        "package",
        "--type",
        package_type,
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
    ];
    let ran = Ran::new(product::command(&[&required[..], options].concat()));
    assert!(ran.succeeded(), "{ran}");
    assert!(fs::read(outfile).unwrap() == served.bytes());
    ran.stderr
}

#[test]
fn debs() {
    let _ = assert_same(&Request::deb(), "deb", &[]);
}

#[test]
fn rpms() {
    let said = assert_same(&Request::rpm(), "rpm", &["--verify"]);
    assert!(said.contains("read by /usr/bin/rpm"), "{said}");
}

#[test]
fn arch_packages() {
    let _ = assert_same(&Request::arch(), "pkg.tar.zst", &[]);
}
