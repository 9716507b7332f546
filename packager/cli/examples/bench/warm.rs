//! Packages of a release that is known.

use std::path::Path;
use std::time::Instant;

use serde_json::json;

use crate::client::Client;
use crate::package_type::PackageType;
use crate::report::{Summary, figure};
use crate::service::Service;
use crate::{crowd, peers};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures");
const COPIES: usize = 21;

/// The time from asking for a package of a known release to its success, beside that of copying it. `number` names the
/// package that nobody has asked for.
pub async fn one_by_one(
    folder: &Path,
    package: &Path,
    package_type: &PackageType,
    client: &Client,
    number: &mut usize,
    suffix: &str,
) {
    // Once before: what a process has to find out once is no part of it.
    client.build(*number).await;
    *number += 1;
    let mut times = Vec::new();
    for _ in 0..package_type.warm {
        let started = Instant::now();
        client.build(*number).await;
        times.push(started.elapsed());
        *number += 1;
    }
    let times = Summary::of(times);
    let suffix = format!("{}{suffix}", package_type.suffix);
    times.print(&format!("warm_create_to_success{suffix}"));
    let copies = Summary::of(
        (0..COPIES)
            .map(|_| peers::copy(package, &folder.join("copy")))
            .collect(),
    );
    copies.print(&format!("cp_of_the_same_package{suffix}"));
    let name = format!("warm_create_to_success_over_cp{suffix}");
    figure(&name, times.p50() / copies.p50(), "ratio", json!({"goal": "<= 0.2"}));
}

/// The same with signatures, by services of their own on top of what the folder `data` has.
pub async fn signed(folder: &Path, data: &str, package: &Path, package_type: &PackageType, number: &mut usize) {
    let Some(key_setting) = package_type.key_setting else {
        return;
    };
    for algorithm in ["ed25519", "rsa4096"] {
        let key = format!("file:{FIXTURES}/openpgp/{algorithm}.asc");
        let service = Service::start(folder, data, &["--prepare", "off", key_setting, &key]);
        let client = Client::new(&service).asking_for(package_type.name);
        client.ready().await;
        let suffix = format!("_signed_{algorithm}");
        one_by_one(folder, package, package_type, &client, number, &suffix).await;
    }
}

/// How many are made in a second, and what each of them has on the disk for itself.
pub async fn many(client: &Client, package_type: &PackageType, number: &mut usize) {
    let suffix = package_type.suffix;
    let to = *number + package_type.crowd;
    let rate = crowd::fill(client, *number, to).await;
    *number = to;
    let more = json!({"clients": crowd::CLIENTS, "packages": package_type.crowd, "goal": ">= 500"});
    figure(&format!("distinct_packages{suffix}"), rate, "1/s", more);
    let live = client.metric("packager_packages{state=\"succeeded\"}").await;
    let own = client.metric("packager_stored_bytes{kind=\"own\"}").await;
    let goal = json!({"goal": "<= 65536", "live": live});
    figure(&format!("own_bytes_per_package{suffix}"), own / live, "bytes", goal);
}
