//! Rate limits.

use std::time::Duration;

use reqwest::StatusCode;

use crate::harness::{Service, deb, problem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn create_is_limited_by_address() {
    let service = Service::with(&[("rate_create", "3/m")]).await;
    for remaining in [2, 1, 0] {
        let response = service.post(deb().to_string()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["ratelimit-policy"], "\"create\";q=3;w=60");
        let state = response.headers()["ratelimit"].to_str().unwrap().to_owned();
        assert!(state.starts_with(&format!("\"create\";r={remaining};t=")), "{state}");
    }
    let limited = service.post(deb().to_string()).await;
    assert_eq!(limited.headers()["retry-after"], "20");
    assert_eq!(limited.headers()["ratelimit"], "\"create\";r=0;t=20");
    problem(limited, 429).await;
    service.clock.advance(Duration::new(19, 999_999_999));
    problem(service.post(deb().to_string()).await, 429).await;
    service.clock.advance(Duration::from_nanos(1));
    assert_eq!(service.post(deb().to_string()).await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forwarded_address_counts_only_behind_a_trusted_proxy() {
    for (trusted, expected) in [("", StatusCode::TOO_MANY_REQUESTS), ("127.0.0.0/8", StatusCode::OK)] {
        let service = Service::with(&[("rate_create", "1/m"), ("trusted_proxies", trusted)]).await;
        for (address, expected) in [("192.0.2.1", StatusCode::OK), ("192.0.2.2", expected)] {
            let request = service
                .client
                .post(service.url("/create"))
                .header("content-type", "application/json");
            let request = request.header("x-forwarded-for", address).body(deb().to_string());
            assert_eq!(request.send().await.unwrap().status(), expected, "{trusted} {address}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn status_and_download_are_limited_by_package() {
    let service = Service::with(&[("rate_status", "3/h,burst=2"), ("rate_download", "2/m")]).await;
    let id = service.create(&deb()).await;
    let mut other = deb();
    other["debug"] = true.into();
    let other = service.create(&other).await;
    let service = &service;
    let status = |id: String| async move { service.get(&format!("/status?package_id={id}")).await };
    for _ in 0..2 {
        assert_eq!(status(id.clone()).await.status(), StatusCode::OK);
    }
    let limited = status(id.clone()).await;
    assert_eq!(limited.headers()["ratelimit-policy"], "\"status\";q=3;w=3600");
    problem(limited, 429).await;
    assert_eq!(status(other).await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn downloads_are_limited_by_package() {
    let service = Service::with(&[("rate_download", "2/m")]).await;
    let (id, _) = service.build(&deb()).await;
    for _ in 0..2 {
        assert_eq!(service.download(&id).await.status(), StatusCode::OK);
    }
    problem(service.download(&id).await, 429).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_ids_count_against_the_address() {
    let service = Service::with(&[("rate_status", "4/m")]).await;
    for number in 0..4 {
        let id = format!("00000000-0000-4000-8000-00000000000{number}");
        problem(service.get(&format!("/status?package_id={id}")).await, 404).await;
    }
    problem(
        service
            .get("/status?package_id=00000000-0000-4000-8000-000000000009")
            .await,
        429,
    )
    .await;
    problem(service.download("00000000-0000-4000-8000-000000000009").await, 429).await;
    problem(service.get("/status?package_id=nonsense").await, 429).await;
}
