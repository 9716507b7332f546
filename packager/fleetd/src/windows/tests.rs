//! A Windows package against the facts about Fleet's own. The installed result is compared by the scenarios with Windows Installer.

mod environment;
mod event_log;
mod product;
mod trees;

use packager_formats::Tree;
use packager_formats::msi::Product;
use packager_spec::{PackageSpec, Submission};
use serde_json::{Map, Value, json};

use crate::samples::{executable, package};
use crate::{Component, base_tree, component_tree};

/// What is asked for: the fields that are required, and `options`.
fn request(options: &Value) -> Value {
    let mut request = Map::new();
    for (field, value) in [
        ("type", "msi"),
        ("fleet_url", "https://fleet.example"),
        ("enroll_secret", "hunter2"),
    ] {
        request.insert(field.to_owned(), value.into());
    }
    request.extend(options.as_object().unwrap().clone());
    request.into()
}

fn spec(options: &Value) -> PackageSpec {
    Submission::parse(request(options).to_string().as_bytes()).unwrap().spec
}

fn product(options: &Value) -> Product {
    package(&spec(options)).product.unwrap()
}

/// A certificate with its key, in PEM.
fn identity() -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let parameters = rcgen::CertificateParams::new(vec!["fleet.example".to_owned()]).unwrap();
    (parameters.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

/// Every option that an msi takes, with a value that is not the default. `insecure` excludes certificates, and is tried alone.
fn everything() -> Value {
    let (certificate, key) = identity();
    json!({
        "arch": "arm64",
        "fleet-certificate": certificate,
        "orbit-channel": "edge",
        "osqueryd-channel": "5.20",
        "desktop-channel": "beta",
        "disable-updates": true,
        "debug": true,
        "fleet-desktop": true,
        "update-interval": "1h30m",
        "osquery-flagfile": "--verbose=true\n",
        "enable-scripts": true,
        "disable-keystore": true,
        "disable-setup-experience": true,
        "bypass-end-user-auth": true,
        "host-identifier": "instance",
        "end-user-email": "somebody@example.com",
        "osquery-db": r"C:\osquery data\db",
        "fleet-desktop-alternative-browser-host": "desktop.example:8080",
        "fleet-tls-client-certificate": certificate,
        "fleet-tls-client-key": key,
        "update-url": "https://tuf.example/repository",
        "update-tls-certificate": certificate,
    })
}

/// The shared trees one after the other, as a package has them.
fn agent_tree(spec: &PackageSpec) -> Tree {
    let mut tree = base_tree(packager_formats::Format::Msi).unwrap();
    for component in Component::all_of(spec) {
        let fetched = executable(component.program.as_str());
        for entry in component_tree(&component, &fetched).unwrap().entries() {
            tree.push(entry.path.as_str(), entry.mode, entry.kind.clone()).unwrap();
        }
    }
    tree
}
