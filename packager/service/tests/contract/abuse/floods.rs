//! Floods of requests.

use futures_util::future::join_all;
use reqwest::StatusCode;

use super::wire::assert_others_go_on;
use crate::harness::{Service, StalledRepository, deb, deb_with, problem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_create_is_stopped_at_the_clients_rate() {
    let service = Service::with(&[("rate_create", "10/m"), ("trusted_proxies", "127.0.0.0/8")]).await;
    let create = |client: &'static str, number: usize| {
        let request = service
            .client
            .post(service.url("/create"))
            .header("content-type", "application/json")
            .header("x-forwarded-for", client);
        let request = request.body(deb_with("enroll_secret", number.to_string()).to_string());
        async move { request.send().await.unwrap().status() }
    };
    let answers = join_all((0..500).map(|number| create("192.0.2.1", number))).await;
    let taken = answers.iter().filter(|status| **status == StatusCode::OK).count();
    let refused = answers
        .iter()
        .filter(|status| **status == StatusCode::TOO_MANY_REQUESTS)
        .count();
    assert_eq!((taken, refused), (10, 490));
    assert_eq!(create("192.0.2.2", 1000).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_create_from_everywhere_fills_the_queue_and_no_more() {
    let stalled = StalledRepository::new();
    let url = stalled.url();
    let settings = [
        ("update_url", url.as_str()),
        ("queue", "20"),
        ("workers", "1"),
        ("max_connections_per_client", "1000"),
    ];
    let service = Service::with(&settings).await;
    let create = |number: usize| {
        let body = deb_with("enroll_secret", number.to_string()).to_string();
        let service = &service;
        async move { service.post(body).await.status() }
    };
    let answers = join_all((0..300).map(create)).await;
    let taken = answers.iter().filter(|status| **status == StatusCode::OK).count();
    let refused = answers
        .iter()
        .filter(|status| **status == StatusCode::SERVICE_UNAVAILABLE)
        .count();
    // The worker may have taken one of them off the queue.
    assert!((20..=21).contains(&taken), "{taken}");
    assert_eq!(taken + refused, 300);
    assert_eq!(service.get("/healthz").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_random_ids_stops_its_client_and_nobody_else() {
    let service = Service::with(&[("rate_status", "20/m"), ("trusted_proxies", "127.0.0.0/8")]).await;
    // The package of somebody else, finished before the flood.
    let id = service.create(&deb()).await;
    while service.download(&id).await.status() != StatusCode::OK {}
    let ask = |path: String, client: &'static str| {
        let request = service.client.get(service.url(&path)).header("x-forwarded-for", client);
        async move { request.send().await.unwrap() }
    };
    let flood = (0..500).map(|number| {
        let id = uuid::Uuid::new_v4();
        let path = if number % 2 == 0 {
            format!("/status?package_id={id}")
        } else {
            format!("/download/{id}")
        };
        ask(path, "192.0.2.1")
    });
    let answers = join_all(flood).await;
    let unknown = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::NOT_FOUND)
        .count();
    let refused = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::TOO_MANY_REQUESTS)
        .count();
    assert_eq!((unknown, refused), (20, 480));
    let other = uuid::Uuid::new_v4();
    problem(ask(format!("/status?package_id={other}"), "192.0.2.2").await, 404).await;
    assert_eq!(
        ask(format!("/download/{id}"), "192.0.2.2").await.status(),
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_addresses_shares_what_the_memory_for_keys_has_no_room_for() {
    let settings = [
        ("rate_create", "1/h"),
        ("rate_keys", "1000"),
        ("trusted_proxies", "127.0.0.0/8"),
    ];
    let service = Service::with(&settings).await;
    let create = |number: u32| {
        let request = service.client.post(service.url("/create")).header(
            "x-forwarded-for",
            std::net::Ipv4Addr::from(0xC633_0000 + number).to_string(),
        );
        // Refused after it has been counted.
        async move { request.body("{}").send().await.unwrap().status() }
    };
    let mut counted = 0;
    for begin in (0..1500).step_by(100) {
        let answers = join_all((begin..begin + 100).map(create)).await;
        counted += answers
            .iter()
            .filter(|status| **status == StatusCode::UNSUPPORTED_MEDIA_TYPE)
            .count();
    }
    // A thousand have a state of their own, and the others share one.
    assert_eq!(counted, 1001);
    service.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(create(2000).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert_eq!(
        create(2001).await,
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the keys are not forgotten"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_downloads_of_one_package_is_stopped_at_its_rate() {
    let service = Service::with(&[("rate_download", "20/m")]).await;
    let (id, _) = service.build(&deb()).await;
    let answers = join_all((0..200).map(|_| service.download(&id))).await;
    let served = answers
        .iter()
        .filter(|answer| answer.status() == StatusCode::OK)
        .count();
    assert_eq!(served, 20);
    drop(answers);
    assert_others_go_on(&service).await;
}
