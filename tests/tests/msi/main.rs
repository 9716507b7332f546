//! msi packages of the service: what Windows Installer does with them in Wine, what stock readers and the rules of its schema
//! say, and their signatures.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like tests"
)]

mod install;
mod properties;
mod readers;
mod reference;
mod remove;
mod repair;
mod schema;
mod signature;
mod upgrade;

use packager_tests::agent::AgentFixture;
use packager_tests::deb::Deb;
use packager_tests::producer::Producer;
use packager_tests::request::Request;
use packager_tests::wine::WineHost;

const ROOT: &str = r"C:\Program Files\Orbit";
const SECRET_FILE: &str = r"C:\Program Files\Orbit\secret.txt";
const SERVICE: &str = "Fleet osquery";

/// A package of a release.
fn package(version: &str, request: &Request) -> Deb {
    Producer::of(&AgentFixture::scripts(version)).build(request)
}

/// Installs a package, which succeeds, and gives its path inside.
fn install(host: &WineHost, package: &Deb, properties: &[&str]) -> String {
    let path = host.put("fleet-osquery.msi", &package.bytes());
    let (ran, log) = host.install("/i", &path, properties);
    assert_eq!(ran.code, Some(0), "{ran}\n{log}");
    path
}

fn secret(host: &WineHost) -> String {
    String::from_utf8(host.file(SECRET_FILE)).unwrap()
}

/// A variable of the service.
fn variable(host: &WineHost, name: &str) -> Option<String> {
    let environment = host.service(SERVICE).unwrap().environment;
    let prefix = format!("{name}=");
    let value = environment.iter().find_map(|variable| variable.strip_prefix(&prefix));
    value.map(str::to_owned)
}
