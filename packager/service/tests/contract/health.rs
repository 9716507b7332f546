//! Health, metrics, CORS, the document.

use reqwest::{Method, StatusCode};

use crate::harness::{Service, StalledRepository, deb};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_listeners_say_that_they_live_and_are_ready() {
    let service = Service::start().await;
    service.build(&deb()).await;
    for url in [service.url("/healthz"), service.admin_url("/healthz")] {
        assert_eq!(service.client.get(url).send().await.unwrap().status(), StatusCode::OK);
    }
    for url in [service.url("/readyz"), service.admin_url("/readyz")] {
        assert_eq!(service.client.get(url).send().await.unwrap().status(), StatusCode::OK);
    }
    assert_eq!(
        service.get("/metrics").await.status(),
        StatusCode::NOT_FOUND,
        "figures are for the operator"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_metadata_the_service_is_not_ready() {
    let stalled = StalledRepository::new();
    let url = stalled.url();
    let service = Service::with(&[("update_url", &url)]).await;
    let response = service.get("/readyz").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    // As the document says, though it is an error: people read it, and nothing else does.
    assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(service.get("/healthz").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_are_there_and_name_nobody() {
    let service = Service::start().await;
    let (id, _) = service.build(&deb()).await;
    // A build is counted a moment after its package is announced.
    while service.metric("packager_builds_total").await < 1 {
        tokio::task::yield_now().await;
    }
    let response = service.client.get(service.admin_url("/metrics")).send().await.unwrap();
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("application/openmetrics-text")
    );
    let text = response.text().await.unwrap();
    for line in [
        "packager_builds_total{outcome=\"success\"} 1",
        // What has not happened yet is there too.
        "packager_builds_total{outcome=\"failure\"} 0",
        "packager_connections_cut_total{why=\"full\"} 0",
        "packager_packages{state=\"succeeded\"} 1",
        "packager_http_requests_total{route=\"/create\",status=\"200\"} 1",
        "packager_update_metadata_refreshes_total{outcome=\"success\"} 1",
        "# EOF",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    for private in [id.as_str(), "127.0.0.1", "fleet.customer"] {
        assert!(!text.contains(private), "{private}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn allowed_pages_may_call_and_others_may_not() {
    let service = Service::with(&[("allowed_origins", "https://fleet.example")]).await;
    for (origin, allowed) in [("https://fleet.example", true), ("https://evil.example", false)] {
        let request = service.client.request(Method::OPTIONS, service.url("/create"));
        let request = request
            .header("origin", origin)
            .header("access-control-request-method", "POST");
        let preflight = request
            .header("access-control-request-headers", "content-type")
            .send()
            .await
            .unwrap();
        assert_eq!(
            preflight.headers().get("access-control-allow-origin").is_some(),
            allowed,
            "{origin}"
        );
        let request = service.client.get(service.url("/healthz")).header("origin", origin);
        let response = request.send().await.unwrap();
        let header = response.headers().get("access-control-allow-origin");
        assert_eq!(header.map(|value| value.to_str().unwrap()), allowed.then_some(origin));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_is_the_committed_one() {
    let service = Service::start().await;
    let served = service.get("/openapi.json").await.text().await.unwrap();
    assert_eq!(served, include_str!("../../../../api-spec/openapi.json"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_has_a_request_id() {
    let service = Service::start().await;
    let own = service.get("/healthz").await.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(own.len(), 36);
    let request = service
        .client
        .get(service.url("/nothing"))
        .header("x-request-id", "from-the-proxy_1.2");
    assert_eq!(
        request.send().await.unwrap().headers()["x-request-id"],
        "from-the-proxy_1.2"
    );
    let request = service
        .client
        .get(service.url("/nothing"))
        .header("x-request-id", "with spaces");
    assert_ne!(request.send().await.unwrap().headers()["x-request-id"], "with spaces");
}
