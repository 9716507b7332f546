//! `POST /create` and `GET /status`.

use serde_json::{Value, json};

use crate::harness::{FLEET_URL, SECRET, Service, deb, deb_with, put};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deb_from_request_to_status() {
    let service = Service::start().await;
    let id = service.create(&deb()).await;
    let uuid = uuid::Uuid::parse_str(&id).unwrap();
    assert_eq!(uuid.get_version_num(), 4);
    let status = service.finished(&id).await;
    assert_eq!(status["status"], "success");
    assert_eq!(status["file_name"], "fleet-osquery_1.58.0_amd64.deb");
    assert_eq!(status["signed"], false);
    assert_eq!(status["versions"], json!({"orbit": "1.58.0", "osqueryd": "1.58.0"}));
    assert_eq!(status["expires_at"], "2026-01-01T12:30:00Z");
    assert_eq!(status["download_url"], service.url(&format!("/download/{id}")));
    assert!(status["size"].as_u64().unwrap() > 10_000);
    assert_eq!(status["sha256"].as_str().unwrap().len(), 64);
    assert!(status.get("stage").is_none() && status.get("logs").is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_architecture_with_and_without_desktop() {
    let service = Service::start().await;
    for (arch, desktop) in [("amd64", false), ("amd64", true), ("arm64", false), ("arm64", true)] {
        let request = json!({
            "type": "deb", "fleet_url": FLEET_URL, "enroll_secret": SECRET, "arch": arch, "fleet-desktop": desktop,
        });
        let (_, status) = service.build(&request).await;
        assert_eq!(status["file_name"], format!("fleet-osquery_1.58.0_{arch}.deb"));
        assert_eq!(status["versions"].get("desktop").is_some(), desktop);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_arguments_are_the_same_package() {
    let service = Service::start().await;
    let (id, _) = service.build(&deb()).await;
    for same in [
        deb(),
        deb_with("retry", true),
        deb_with("arch", "amd64"),
        deb_with("service", true),
        deb_with("update-interval", "15m"),
        deb_with("update_interval", "900s"),
        deb_with("orbit-channel", "stable"),
        json!({"enroll-secret": SECRET, "fleet-url": FLEET_URL, "type": "deb"}),
    ] {
        assert_eq!(service.create(&same).await, id, "{same}");
    }
    let mut seen = vec![id];
    for other in [
        deb_with("enroll_secret", "another"),
        deb_with("fleet_url", "https://other.example"),
        deb_with("arch", "arm64"),
        deb_with("service", false),
        deb_with("debug", true),
        deb_with("update-interval", "16m"),
        deb_with("osquery-flagfile", "--verbose"),
    ] {
        let id = service.create(&other).await;
        assert!(!seen.contains(&id), "{other}");
        seen.push(id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_requests_at_the_same_time_make_one_build() {
    let service = Service::start().await;
    let request = deb();
    let ids = futures_util::future::join_all((0..50).map(|_| service.create(&request))).await;
    assert!(ids.iter().all(|id| *id == ids[0]));
    service.finished(&ids[0]).await;
    // A build is counted a moment after its package is announced.
    let builds = || service.metric("packager_builds_total{outcome=\"success\"}");
    while builds().await < 1 {
        tokio::task::yield_now().await;
    }
    assert_eq!(builds().await, 1);
    assert_eq!(service.metric("packager_packages{state=\"succeeded\"}").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_joined_until_a_retry_builds_anew() {
    let mut service = Service::start().await;
    let request = deb_with("orbit-channel", "edge");
    let id = service.create(&request).await;
    let status = service.finished(&id).await;
    assert_eq!(status["status"], "fail");
    let logs = status["logs"].as_str().unwrap();
    assert!(logs.contains("orbit/linux/edge/orbit"), "{logs}");
    assert!(!logs.contains(SECRET) && !logs.contains(FLEET_URL), "{logs}");
    assert!(status.get("download_url").is_none());

    assert_eq!(service.create(&request).await, id);
    let mut retry = request.clone();
    retry["retry"] = Value::Bool(true);
    let second = service.create(&retry).await;
    assert_ne!(second, id);
    assert_eq!(service.finished(&second).await["status"], "fail");
    assert_eq!(service.create(&request).await, second);

    put(&mut service.world.repository, "orbit/linux/edge/orbit", b"#!/bin/sh\n");
    service.world.repository.publish().unwrap();
    // The service asks for news every five minutes.
    service.clock.advance(std::time::Duration::from_secs(300));
    let third = loop {
        let id = service.create(&retry).await;
        if service.finished(&id).await["status"] == "success" {
            break id;
        }
    };
    assert_ne!(third, second);
    assert_eq!(
        service.create(&retry).await,
        third,
        "a success is no reason to build again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_public_url_is_the_base_of_downloads() {
    let service = Service::with(&[("public_url", "https://pkg.example.com/fleet/")]).await;
    let (id, status) = service.build(&deb()).await;
    assert_eq!(
        status["download_url"],
        format!("https://pkg.example.com/fleet/download/{id}")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hostile_host_does_not_get_into_the_answer() {
    let service = Service::start().await;
    let (id, _) = service.build(&deb()).await;
    let request = service.client.get(service.url(&format!("/status?package_id={id}")));
    let answer = request.header("host", "evil.example/<script>").send().await.unwrap();
    let text = answer.text().await.unwrap();
    assert!(!text.contains("evil"), "{text}");
}
