//! A restart loses nothing that was promised.

use crate::harness::{Service, StalledRepository, World, deb, deb_with, new_clock};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn finished_packages_are_served_byte_for_byte() {
    let service = Service::start().await;
    let (id, status) = service.build(&deb()).await;
    let bytes = service.download(&id).await.bytes().await.unwrap();
    let (world, clock) = service.stop().await;
    let service = Service::start_in(world, clock, &[]).await;
    let mut after = service.status(&id).await;
    after["download_url"] = status["download_url"].clone();
    assert_eq!(after, status);
    assert_eq!(service.download(&id).await.bytes().await.unwrap(), bytes);
    assert_eq!(service.create(&deb()).await, id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unfinished_builds_finish_under_their_ids() {
    let stalled = StalledRepository::new();
    let url = stalled.url();
    let world = World::new();
    let service = Service::start_in(world, new_clock(), &[("update_url", &url), ("workers", "1")]).await;
    let building = service.create(&deb()).await;
    let queued = service.create(&deb_with("arch", "arm64")).await;
    let (world, clock) = service.stop().await;
    drop(stalled);
    let service = Service::start_in(world, clock, &[]).await;
    for id in [&building, &queued] {
        assert_eq!(service.finished(id).await["status"], "success");
    }
    assert_eq!(service.create(&deb()).await, building);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_gives_the_same_bytes_on_another_service() {
    let one = Service::start().await;
    let (id, first) = one.build(&deb()).await;
    let (world, clock) = {
        assert_eq!(one.delete(&id).await.status(), 204);
        one.stop().await
    };
    std::fs::remove_dir_all(world.data()).unwrap();
    let other = Service::start_in(world, clock, &[]).await;
    let (_, second) = other.build(&deb()).await;
    assert_eq!(first["sha256"], second["sha256"]);
}
