//! The first package of a release: its programs are fetched, verified, unpacked and compressed.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::json;

use crate::client::Client;
use crate::package_type::PackageType;
use crate::report::figure;
use crate::service::Service;

/// A service of its own for packages of a type, on top of the empty folder `data`.
pub async fn start(folder: &Path, data: &str, package_type: &PackageType) -> (Service, Client) {
    // Nothing is made ahead, so that the first request shows what making it costs.
    let service = Service::start(folder, data, &["--prepare", "off"]);
    let client = Client::new(&service).asking_for(package_type.name);
    client.ready().await;
    (service, client)
}

/// Asks for the first package, and returns its id and where it has been put.
pub async fn first(folder: &Path, package_type: &PackageType, service: &Service, client: &Client) -> (String, PathBuf) {
    let suffix = package_type.suffix;
    service.peak_resident_mb();
    let started = Instant::now();
    let id = client.build(0).await;
    let seconds = started.elapsed().as_secs_f64();
    figure(&format!("cold_create_to_success{suffix}"), seconds, "s", json!({}));
    let name = format!("resident_peak_making_shared_parts{suffix}");
    let goal = json!({"goal": "<= 400"});
    figure(&name, service.peak_resident_mb(), "MB", goal);
    let name = format!("resident_after_shared_parts{suffix}");
    figure(&name, service.resident_mb(), "MB", json!({}));
    let package = folder.join(format!("package{suffix}"));
    std::fs::write(&package, client.download(&id).await).unwrap();
    (id, package)
}
