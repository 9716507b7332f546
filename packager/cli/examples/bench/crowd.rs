//! Many live packages: how fast they are made, and what they change for the next.

use futures_util::StreamExt;
use serde_json::json;

use crate::client::Client;
use crate::report::{Summary, figure};
use crate::service::Service;

/// Clients that ask at the same time.
const CLIENTS: usize = 16;
/// Requests one after the other, for a latency.
const ONE_BY_ONE: usize = 300;
const FEW: usize = 1_000;
const MANY: usize = 100_000;

/// Makes packages until so many are live, and returns how many a second that were.
async fn fill(client: &Client, from: usize, to: usize) -> f64 {
    let started = std::time::Instant::now();
    futures_util::stream::iter(from..to)
        .map(|number| client.build(number))
        .buffer_unordered(CLIENTS)
        .count()
        .await;
    crate::report::float(to - from) / started.elapsed().as_secs_f64()
}

/// The time from asking to success, one by one, with `live` packages there. What making them has left for the disk to do
/// is done before.
async fn create(client: &Client, live: &mut usize) -> Summary {
    rustix::fs::sync();
    let mut times = Vec::new();
    for _ in 0..ONE_BY_ONE {
        let started = std::time::Instant::now();
        client.build(*live).await;
        times.push(started.elapsed());
        *live += 1;
    }
    Summary::of(times)
}

/// From the first thousand packages to a hundred thousand. `live` are there already.
pub async fn grow(client: &Client, service: &Service, mut live: usize) {
    fill(client, live, FEW).await;
    live = FEW;
    let few = create(client, &mut live).await;
    few.print("create_with_1000_live");
    let mut memory = vec![(live, service.resident_mb())];

    let rate = fill(client, live, live + 5_000).await;
    live += 5_000;
    let more = json!({"clients": CLIENTS, "packages": 5_000, "goal": ">= 500"});
    figure("distinct_packages", rate, "1/s", more);

    let rate = fill(client, live, MANY).await;
    live = MANY;
    figure(
        "distinct_packages_up_to_100000",
        rate,
        "1/s",
        json!({"clients": CLIENTS}),
    );
    let many = create(client, &mut live).await;
    many.print("create_with_100000_live");
    memory.push((live, service.resident_mb()));
    let ratio = many.p50() / few.p50();
    figure(
        "create_100000_over_1000_live",
        ratio,
        "ratio",
        json!({"goal": "<= 1.2"}),
    );
    extrapolate(&few, &many);
    for (live, resident) in memory {
        figure("resident_with_live", resident, "MB", json!({"live": live}));
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
