//! Measures the service: `make bench`. One JSON object a line on standard output, one line a figure.
//!
//! The update repository is realistic: 100 MB of osqueryd, 25 MB of orbit and a 20 MB desktop archive, made of this
//! machine's executables so that they compress as executables do, and a targets.json with 3,000 entries.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs
)]

mod agent;
mod client;
mod report;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use packager_service::{SystemClock, start};
use packager_settings::{Environment, Settings};
use serde_json::json;

use crate::client::Client;
use crate::report::{Summary, figure, resident_mb};

const WARM: usize = 300;
const DISTINCT: usize = 3000;
const CLIENTS: usize = 16;

#[tokio::main]
async fn main() {
    rustls::crypto::aws_lc_rs::default_provider().install_default().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    agent::publish(&folder.join("tuf"));
    let running = serve(folder).await;
    let client = Client::new(running.address(), running.admin_address().unwrap());
    figure("resident_idle", resident_mb(), "MB", json!({}));

    let started = Instant::now();
    let package = client.build(0).await;
    figure(
        "cold_create_to_success",
        started.elapsed().as_secs_f64(),
        "s",
        json!({}),
    );
    figure("resident_after_shared_parts", resident_mb(), "MB", json!({}));

    let mut warm = Vec::new();
    for number in 1..=WARM {
        let started = Instant::now();
        client.build(number).await;
        warm.push(started.elapsed());
    }
    let warm = Summary::of(warm);
    warm.print("warm_create_to_success");

    let deb = folder.join("package.deb");
    std::fs::write(&deb, client.download(&package.id).await).unwrap();
    let copy = Summary::of((0..21).map(|_| copy(&deb, &folder.join("copy.deb"))).collect());
    copy.print("cp_of_the_same_package");
    figure(
        "warm_create_to_success_over_cp",
        warm.p50() / copy.p50(),
        "ratio",
        json!({"goal": "<= 0.2"}),
    );

    throughput(&client).await;
    let live = client.metric("packager_packages{state=\"succeeded\"}").await;
    let own = client.metric("packager_stored_bytes{kind=\"own\"}").await;
    figure(
        "own_bytes_per_package",
        own / live,
        "bytes",
        json!({"goal": "<= 65536"}),
    );
    figure("resident_after_packages", resident_mb(), "MB", json!({"live": live}));

    let downloads = downloads(&client, &package.id).await;
    downloads.print("download_in_process");
    peers(folder, &deb);
    running.stop().await;
}

async fn serve(folder: &Path) -> packager_service::Running {
    let text = |path: &str| folder.join(path).display().to_string();
    let (data, roots, update_url) = (text("data"), text("tuf/root.json"), format!("file://{}/", text("tuf")));
    let flags = [
        ("listen", "127.0.0.1:0"),
        ("admin_listen", "127.0.0.1:0"),
        ("data_dir", data.as_str()),
        ("update_url", &update_url),
        ("update_roots", &roots),
        ("rate_create", "off"),
        ("rate_status", "off"),
        ("rate_download", "off"),
    ];
    let loaded = Settings::load(&flags, &Environment::empty(), None).unwrap();
    start(&loaded.settings, &|_| None, Arc::new(SystemClock)).await.unwrap()
}

async fn throughput(client: &Client) {
    let started = Instant::now();
    futures_util::stream::iter(WARM + 1..=WARM + DISTINCT)
        .map(|number| client.build(number))
        .buffer_unordered(CLIENTS)
        .count()
        .await;
    let rate = f64::from(u32::try_from(DISTINCT).unwrap()) / started.elapsed().as_secs_f64();
    figure(
        "distinct_packages",
        rate,
        "1/s",
        json!({"clients": CLIENTS, "packages": DISTINCT, "goal": ">= 500"}),
    );
}

async fn downloads(client: &Client, id: &str) -> Summary {
    let mut times = Vec::new();
    for _ in 0..11 {
        let started = Instant::now();
        client.download(id).await;
        times.push(started.elapsed());
    }
    Summary::of(times)
}

fn copy(from: &Path, to: &Path) -> Duration {
    let _ = std::fs::remove_file(to);
    let started = Instant::now();
    assert!(Command::new("cp").args([from, to]).status().unwrap().success());
    started.elapsed()
}

/// What dpkg-deb makes of the same tree, in the same run.
fn peers(folder: &Path, deb: &Path) {
    let tree = folder.join("tree");
    let raw = Command::new("dpkg-deb").arg("-R").args([deb, &tree]).status().unwrap();
    assert!(raw.success());
    let ours = size(deb);
    figure("size", ours, "bytes", json!({}));
    for (name, options) in [
        ("dpkg_deb_gzip_6", ["-Zgzip", "-z6"].as_slice()),
        ("dpkg_deb_xz", &["-Zxz"]),
    ] {
        let out = folder.join(format!("{name}.deb"));
        let started = Instant::now();
        let built = Command::new("dpkg-deb")
            .args(options)
            .arg("-b")
            .args([&tree, &out])
            .output()
            .unwrap();
        assert!(built.status.success());
        figure(
            name,
            started.elapsed().as_secs_f64(),
            "s",
            json!({"size_bytes": size(&out)}),
        );
        figure(&format!("size_over_{name}"), ours / size(&out), "ratio", json!({}));
    }
}

#[allow(clippy::cast_precision_loss)]
fn size(path: &Path) -> f64 {
    std::fs::metadata(path).unwrap().len() as f64
}
