//! Expiry, to the second, by a clock that the test moves.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use crate::harness::{Service, deb, problem};

const NANOSECOND: Duration = Duration::from_nanos(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_lives_for_thirty_minutes_and_is_remembered_for_a_day() {
    let service = Service::start().await;
    let (id, _) = service.build(&deb()).await;
    service.clock.advance(Duration::new(30 * 60 - 1, 999_999_999));
    assert_eq!(service.status(&id).await["status"], "success");
    assert_eq!(service.download(&id).await.status(), StatusCode::OK);
    assert_eq!(service.create(&deb()).await, id);

    service.clock.advance(NANOSECOND);
    assert_eq!(service.status(&id).await, json!({"status": "expired"}));
    problem(service.download(&id).await, 410).await;
    let (second, _) = service.build(&deb()).await;
    assert_ne!(second, id);

    service.clock.advance(Duration::new(24 * 3600 - 1, 999_999_999));
    assert_eq!(service.status(&id).await["status"], "expired");
    service.clock.advance(NANOSECOND);
    problem(service.get(&format!("/status?package_id={id}")).await, 404).await;
    problem(service.download(&id).await, 404).await;
    assert_eq!(service.status(&second).await["status"], "expired");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_bytes_are_destroyed_without_anybody_asking() {
    let service = Service::with(&[("expire_after", "90s")]).await;
    let (id, _) = service.build(&deb()).await;
    let packages = service.world.data().join("packages");
    assert_eq!(own_files(&packages, &id), 1);
    service.clock.advance(Duration::from_secs(91));
    while own_files(&packages, &id) > 0 {
        tokio::task::yield_now().await;
    }
}

fn own_files(packages: &std::path::Path, id: &str) -> usize {
    let files = everything_below_quietly(packages);
    files.iter().filter(|path| path.ends_with(format!("{id}.own"))).count()
}

/// Files come and go while they are listed.
fn everything_below_quietly(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        paths.extend(everything_below_quietly(&path));
        paths.push(path);
    }
    paths
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_expired_while_the_service_was_away_is_destroyed_at_start() {
    let service = Service::start().await;
    let (id, _) = service.build(&deb()).await;
    let (world, clock) = service.stop().await;
    clock.advance(Duration::from_secs(31 * 60));
    let service = Service::start_in(world, clock, &[]).await;
    assert_eq!(service.status(&id).await["status"], "expired");
    problem(service.download(&id).await, 410).await;
    // It reads as expired at once; that its bytes are destroyed does not hold up the start.
    let packages = service.world.data().join("packages");
    while everything_below_quietly(&packages).iter().any(|path| path.is_file()) {
        tokio::task::yield_now().await;
    }
}
