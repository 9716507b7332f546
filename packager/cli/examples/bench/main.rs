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
mod crowd;
mod download;
mod peers;
mod report;
mod service;

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::client::Client;
use crate::report::{Summary, figure};
use crate::service::Service;

const WARM: usize = 300;
const COPIES: usize = 21;

#[tokio::main]
async fn main() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    agent::publish(&folder.join("tuf"));

    // Nothing is made ahead, so that the first request shows what making it costs.
    let service = Service::start(folder, "data", &["--prepare", "off"]);
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
    warm(folder, &deb, &client, "").await;
    download::compare(folder, &deb, &service, &id);
    download::crowd(&service, &id);
    crowd::grow(&client, &service, WARM + 1).await;
    let live = client.metric("packager_packages{state=\"succeeded\"}").await;
    let own = client.metric("packager_stored_bytes{kind=\"own\"}").await;
    let goal = json!({"goal": "<= 65536", "live": live});
    figure("own_bytes_per_package", own / live, "bytes", goal);
    drop(service);
    peers::dpkg_deb(folder, &deb);
}

/// The time from asking for a package of a known release to its success, beside that of copying it.
async fn warm(folder: &Path, deb: &Path, client: &Client, suffix: &str) {
    let mut times = Vec::new();
    for number in 1..=WARM {
        let started = Instant::now();
        client.build(number).await;
        times.push(started.elapsed());
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
