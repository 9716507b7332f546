//! Many live packages: how fast they are made, and what they change for the next.

use std::path::Path;
use std::process::Command;

use futures_util::StreamExt;
use serde_json::json;

use crate::client::Client;
use crate::report::{Summary, figure};
use crate::service::Service;

/// Clients that ask at the same time.
pub const CLIENTS: usize = 16;
/// Requests one after the other, for a latency.
const ONE_BY_ONE: usize = 300;
const FEW: usize = 1_000;
const MANY: usize = 100_000;

/// Makes packages until so many are live, and returns how many a second that were.
pub async fn fill(client: &Client, from: usize, to: usize) -> f64 {
    let started = std::time::Instant::now();
    futures_util::stream::iter(from..to)
        .map(|number| client.build(number))
        .buffer_unordered(CLIENTS)
        .count()
        .await;
    crate::report::float(to - from) / started.elapsed().as_secs_f64()
}

/// The times from asking to success of two services with so many packages, one by one and in turns, so that both meet the
/// same machine. What making packages has left for the disk to do is done before.
async fn create(clients: [&Client; 2], mut live: [usize; 2]) -> [Summary; 2] {
    rustix::fs::sync();
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ONE_BY_ONE {
        for ((client, live), times) in clients.iter().zip(&mut live).zip(&mut times) {
            let started = std::time::Instant::now();
            client.build(*live).await;
            times.push(started.elapsed());
            *live += 1;
        }
    }
    times.map(Summary::of)
}

/// From `live` packages, which are there already, to a hundred thousand; beside it another service, which has the first
/// thousand.
pub async fn grow(folder: &Path, live: usize) {
    let copied = Command::new("cp")
        .args(["-a", "data", "few"])
        .current_dir(folder)
        .status();
    assert!(copied.unwrap().success());
    let services = ["few", "data"].map(|data| Service::start(folder, data, &["--prepare", "off"]));
    let clients = services.each_ref().map(Client::new);
    let [few, many] = &clients;
    few.ready().await;
    many.ready().await;
    fill(few, live, FEW).await;

    let rate = fill(many, live, live + 5_000).await;
    let more = json!({"clients": CLIENTS, "packages": 5_000, "goal": ">= 500"});
    figure("distinct_packages", rate, "1/s", more);
    let rate = fill(many, live + 5_000, MANY).await;
    let more = json!({"clients": CLIENTS});
    figure("distinct_packages_up_to_100000", rate, "1/s", more);

    let times = create([few, many], [FEW, MANY]).await;
    let [of_few, of_many] = &times;
    of_few.print("create_with_1000_live");
    of_many.print("create_with_100000_live");
    let ratio = of_many.p50() / of_few.p50();
    let goal = json!({"goal": "<= 1.2"});
    figure("create_100000_over_1000_live", ratio, "ratio", goal);
    extrapolate(of_few, of_many);
    for (service, client) in services.iter().zip(&clients) {
        let live = client.metric("packager_packages{state=\"succeeded\"}").await;
        let more = json!({"live": live});
        figure("resident_with_live", service.resident_mb(), "MB", more);
        let own = client.metric("packager_stored_bytes{kind=\"own\"}").await;
        let goal = json!({"goal": "<= 65536", "live": live});
        figure("own_bytes_per_package", own / live, "bytes", goal);
    }
}

/// What a million live packages would take: the index is a tree, so a step costs as much for each factor in size. From a
/// thousand to a hundred thousand is a factor of 100, from there to a million one of 10: half as many steps again.
fn extrapolate(few: &Summary, many: &Summary) {
    let step = (many.p50() - few.p50()) / 2.0;
    let million = (many.p50() + step) * 1000.0;
    let more = json!({"from": "p50 at 1,000 and 100,000 live, linear in the logarithm of their number"});
    figure("create_with_1000000_live_extrapolated", million, "ms", more);
}
