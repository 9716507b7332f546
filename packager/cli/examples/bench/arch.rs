//! Arch packages: a service of their own, and what `tar | zstd` makes of the same tree in the same run.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use crate::client::Client;
use crate::report::{figure, float};
use crate::service::Service;
use crate::warm;

pub async fn measure(folder: &Path) {
    let service = Service::start(folder, "data-arch", &["--prepare", "off"]);
    let client = Client::new(&service).asking_for("pkg.tar.zst");
    client.ready().await;
    service.peak_resident_mb();
    let started = Instant::now();
    let id = client.build(0).await;
    figure(
        "cold_create_to_success_arch",
        started.elapsed().as_secs_f64(),
        "s",
        json!({}),
    );
    let goal = json!({"goal": "<= 400"});
    figure(
        "resident_peak_making_shared_parts_arch",
        service.peak_resident_mb(),
        "MB",
        goal,
    );
    let package = folder.join("package.pkg.tar.zst");
    std::fs::write(&package, client.download(&id).await).unwrap();
    warm(folder, &package, &client, &mut 1, "_arch").await;
    let own = client.metric("packager_stored_bytes{kind=\"own\"}").await;
    let live = client.metric("packager_packages{state=\"succeeded\"}").await;
    let goal = json!({"goal": "<= 65536", "live": live});
    figure("own_bytes_per_package_arch", own / live, "bytes", goal);
    drop(service);
    peers(folder, &package);
}

/// Packs the tree of the package anew.
fn peers(folder: &Path, package: &Path) {
    let tree = folder.join("tree-arch");
    std::fs::create_dir(&tree).unwrap();
    let unpack = r#"zstd --quiet --decompress --stdout "$1" | tar --extract --directory "$2""#;
    shell(unpack, &[package, &tree]);
    let ours = size(package);
    figure("size_arch", ours, "bytes", json!({}));
    for (name, compress, goal) in [
        ("tar_gzip_6", "gzip -6", Some("<= 0.75")),
        ("tar_zstd_19", "zstd --quiet --threads=0 -19", None),
        ("tar_zstd_ultra_20", "zstd --quiet --threads=0 --ultra -20", None),
    ] {
        let out = folder.join(name);
        let started = Instant::now();
        let pack = format!(r#"tar --create --directory "$1" . | {compress} >"$2""#);
        shell(&pack, &[&tree, &out]);
        let more = json!({"size_bytes": size(&out)});
        figure(name, started.elapsed().as_secs_f64(), "s", more);
        let more = goal.map_or(json!({}), |goal| json!({"goal": goal}));
        figure(&format!("size_arch_over_{name}"), ours / size(&out), "ratio", more);
    }
}

fn shell(script: &str, arguments: &[&Path]) {
    let mut sh = Command::new("sh");
    sh.args(["-euc", script, "sh"]).args(arguments);
    assert!(sh.status().unwrap().success(), "{script}");
}

fn size(path: &Path) -> f64 {
    float(usize::try_from(std::fs::metadata(path).unwrap().len()).unwrap())
}
