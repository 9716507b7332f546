//! Measures the service: `make bench`. One JSON object a line on standard output, one line a figure.
//!
//! The service is the released program in a process of its own, and is asked over HTTP. The update repository is
//! realistic: 100 MB of osqueryd, 25 MB of orbit and a 20 MB desktop archive, made of this machine's executables so that
//! they compress as executables do, and a targets.json with 3,000 entries.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs
)]

mod agent;
mod client;
mod cold;
mod crowd;
mod download;
mod package_type;
mod peers;
mod report;
mod service;
mod tls;
mod warm;

use std::path::Path;
use std::time::Instant;

use packager_artifact::Sha256Digest;
use serde_json::json;

use crate::client::Client;
use crate::download::Server;
use crate::package_type::{ARCH, DEB, MSI, PKG, PackageType, RPM};
use crate::report::{Summary, figure};
use crate::service::Service;

#[tokio::main]
async fn main() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    agent::publish(&folder.join("tuf"));
    // All of them, or those that are named.
    let named: Vec<_> = std::env::args().skip(1).collect();
    let is_wanted = |package_type: &PackageType| named.is_empty() || named.iter().any(|name| name == package_type.name);
    if is_wanted(&DEB) {
        deb(folder).await;
    } else if named.iter().any(|name| name == "downloads") {
        downloads(folder).await;
    }
    for package_type in [RPM, ARCH, PKG, MSI]
        .iter()
        .filter(|package_type| is_wanted(package_type))
    {
        other(folder, package_type).await;
    }
}

/// Downloads alone, which are measured with debs otherwise.
async fn downloads(folder: &Path) {
    let (service, client) = cold::start(folder, "data", &DEB).await;
    let (id, deb) = cold::first(folder, &DEB, &service, &client).await;
    clear_and_tls(folder, service, &deb, &id);
}

/// Downloads from a service as it is, and from another over TLS.
fn clear_and_tls(folder: &Path, service: Service, deb: &Path, id: &str) {
    let server = Server {
        address: service.address,
        tls: None,
    };
    download::compare(folder, deb, &server, id, None);
    download::crowd(&service, &server, id);
    drop(service);
    tls::downloads(folder, deb, id);
}

/// Debs, and what is the same for all types.
async fn deb(folder: &Path) {
    let (service, client) = cold::start(folder, "data", &DEB).await;
    let goal = json!({"goal": "<= 60"});
    figure("resident_idle", service.resident_mb(), "MB", goal);
    let (id, deb) = cold::first(folder, &DEB, &service, &client).await;
    let mut number = 1;
    warm::one_by_one(folder, &deb, &DEB, &client, &mut number, "").await;
    clear_and_tls(folder, service, &deb, &id);
    warm::signed(folder, "data", &deb, &DEB, &mut number).await;
    crowd::grow(folder, number).await;
    restart(folder).await;
    peers::compare(folder, &DEB, &deb);
    after_deb(folder).await;
}

/// Packages of another type, from nothing.
async fn other(folder: &Path, package_type: &PackageType) {
    let data = format!("data{}", package_type.suffix);
    let (service, client) = cold::start(folder, &data, package_type).await;
    let (_, package) = cold::first(folder, package_type, &service, &client).await;
    let mut number = 1;
    warm::one_by_one(folder, &package, package_type, &client, &mut number, "").await;
    hash(&package, package_type);
    warm::many(&client, package_type, &mut number).await;
    drop(service);
    warm::signed(folder, &data, &package, package_type, &mut number).await;
    peers::compare(folder, package_type, &package);
}

/// The first rpm of a release whose deb is there.
async fn after_deb(folder: &Path) {
    let service = Service::start(folder, "data", &["--prepare", "off"]);
    let client = Client::new(&service).asking_for(RPM.name);
    client.ready().await;
    let started = Instant::now();
    client.build(0).await;
    let seconds = started.elapsed().as_secs_f64();
    figure("cold_create_to_success_rpm_after_deb", seconds, "s", json!({}));
}

/// What to hash a package takes, as the service does it: what has its own bytes in front cannot take less.
fn hash(package: &Path, package_type: &PackageType) {
    let bytes = std::fs::read(package).unwrap();
    let once = |_| {
        let started = Instant::now();
        std::hint::black_box(Sha256Digest::of(&bytes));
        started.elapsed()
    };
    Summary::of((0..package_type.warm.min(60)).map(once).collect())
        .print(&format!("sha256_of_the_package{}", package_type.suffix));
}

/// The time from the start, after a sudden end, until packages can be asked for.
async fn restart(folder: &Path) {
    let started = Instant::now();
    let service = Service::start(folder, "data", &["--prepare", "off"]);
    let client = Client::new(&service);
    client.ready().await;
    let seconds = started.elapsed().as_secs_f64();
    let live = client.metric("packager_packages{state=\"succeeded\"}").await;
    figure("start_to_ready", seconds, "s", json!({"live": live}));
    figure(
        "resident_after_start",
        service.resident_mb(),
        "MB",
        json!({"live": live}),
    );
}
