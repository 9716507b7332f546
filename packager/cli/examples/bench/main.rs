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
mod arch;
mod client;
mod crowd;
mod download;
mod peers;
mod report;
mod rpm;
mod service;

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::client::Client;
use crate::report::{Summary, figure};
use crate::service::Service;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
const WARM: usize = 300;
const COPIES: usize = 21;

#[tokio::main]
async fn main() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    agent::publish(&folder.join("tuf"));

    // Nothing is made ahead, so that the first request shows what making it costs.
    let key = concat!(
        "file:",
        env!("CARGO_MANIFEST_DIR"),
        "/../../fixtures/openpgp/rsa4096.asc"
    );
    let service = Service::start(folder, "data", &["--prepare", "off", "--signing-rpm-key", key]);
    let client = Client::new(&service);
    client.ready().await;
    let goal = json!({"goal": "<= 60"});
    figure("resident_idle", service.resident_mb(), "MB", goal);
    service.peak_resident_mb();
    let started = Instant::now();
    let id = client.build(0).await;
    let cold = started.elapsed();
    figure("cold_create_to_success", cold.as_secs_f64(), "s", json!({}));
    let goal = json!({"goal": "<= 400"});
    figure(
        "resident_peak_making_shared_parts",
        service.peak_resident_mb(),
        "MB",
        goal,
    );
    figure("resident_after_shared_parts", service.resident_mb(), "MB", json!({}));

    let deb = folder.join("package.deb");
    std::fs::write(&deb, client.download(&id).await).unwrap();
    let mut number = 1;
    warm(folder, &deb, &client, &mut number, "").await;
    rpm::compare(folder, &client).await;
    download::compare(folder, &deb, &service, &id);
    download::crowd(&service, &id);
    drop(service);
    for algorithm in ["ed25519", "rsa4096"] {
        let key = format!("file:{FIXTURES}/openpgp/{algorithm}.asc");
        let service = Service::start(folder, "data", &["--prepare", "off", "--signing-deb-key", &key]);
        let client = Client::new(&service);
        client.ready().await;
        warm(folder, &deb, &client, &mut number, &format!("_signed_{algorithm}")).await;
    }

    crowd::grow(folder, number).await;
    restart(folder).await;
    peers::dpkg_deb(folder, &deb);
    arch::measure(folder).await;
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

/// The time from asking for a package of a known release to its success, beside that of copying it.
async fn warm(folder: &Path, deb: &Path, client: &Client, number: &mut usize, suffix: &str) {
    // Once before: what a process has to find out once is no part of it.
    client.build(*number).await;
    *number += 1;
    let mut times = Vec::new();
    for _ in 0..WARM {
        let started = Instant::now();
        client.build(*number).await;
        times.push(started.elapsed());
        *number += 1;
    }
    let times = Summary::of(times);
    times.print(&format!("warm_create_to_success{suffix}"));
    let copies = Summary::of(
        (0..COPIES)
            .map(|_| peers::copy(deb, &folder.join("copy.deb")))
            .collect(),
    );
    copies.print(&format!("cp_of_the_same_package{suffix}"));
    let name = format!("warm_create_to_success_over_cp{suffix}");
    figure(&name, times.p50() / copies.p50(), "ratio", json!({"goal": "<= 0.2"}));
}
