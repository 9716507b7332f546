//! Packages in progress: joined, not served, bounded in number.

use reqwest::StatusCode;

use crate::harness::{Service, StalledRepository, deb, deb_with, problem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_progress_is_joined_and_not_served_and_the_queue_is_bounded() {
    let stalled = StalledRepository::new();
    let url = stalled.url();
    let service = Service::with(&[("update_url", &url), ("workers", "1"), ("queue", "2")]).await;
    let first = service.create(&deb()).await;
    let status = loop {
        let status = service.status(&first).await;
        if status["stage"] != "queued" {
            break status;
        }
    };
    assert_eq!(
        status,
        serde_json::json!({"status": "in-progress", "stage": "fetching"})
    );
    assert_eq!(service.create(&deb()).await, first);
    problem(service.download(&first).await, 409).await;

    let second = service.create(&deb_with("enroll_secret", "2")).await;
    assert_eq!(service.status(&second).await["stage"], "queued");
    let third = service.create(&deb_with("enroll_secret", "3")).await;
    let full = service.post(deb_with("enroll_secret", "4").to_string()).await;
    assert_eq!(full.headers()["retry-after"], "10");
    problem(full, 503).await;
    assert_eq!(
        service.create(&deb_with("enroll_secret", "3")).await,
        third,
        "joining needs no room"
    );

    assert_eq!(service.delete(&second).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(service.status(&second).await["status"], "expired");
    let fourth = service.create(&deb_with("enroll_secret", "4")).await;
    assert_eq!(service.status(&fourth).await["stage"], "queued");
    assert_eq!(service.delete(&first).await.status(), StatusCode::NO_CONTENT);
    problem(service.download(&first).await, 410).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_build_is_not_served() {
    let service = Service::start().await;
    let id = service.create(&deb_with("orbit-channel", "nowhere")).await;
    assert_eq!(service.finished(&id).await["status"], "fail");
    let refused = problem(service.download(&id).await, 409).await;
    assert!(refused["detail"].as_str().unwrap().contains("failed"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_storage_is_said_before_anything_is_built() {
    // More than a hundredth of any disk that tests run on is in use.
    let service = Service::with(&[("storage_limit", "1%")]).await;
    let full = service.post(deb().to_string()).await;
    assert_eq!(full.headers()["retry-after"], "60");
    problem(full, 503).await;
    assert_eq!(service.metric("packager_packages{state=\"queued\"}").await, 0);
}
