//! Bounds on what one client may send.

use reqwest::StatusCode;

use crate::harness::{Service, deb, problem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_has_a_limit_announced_or_not() {
    let service = Service::with(&[("body_limit", "16KiB")]).await;
    let padded = |size: usize| {
        let mut body = deb().to_string();
        body.push_str(&" ".repeat(size - body.len()));
        body
    };
    assert_eq!(service.post(padded(16 << 10)).await.status(), StatusCode::OK);
    problem(service.post(padded((16 << 10) + 1)).await, 413).await;
    problem(service.post("x".repeat(10 << 20)).await, 413).await;
    let pieces = (0..64).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1024]));
    let chunked = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    problem(service.post(chunked).await, 413).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_body_has_to_be_json_by_its_own_word() {
    let service = Service::start().await;
    for (media_type, expected) in [
        ("application/json", 200),
        ("Application/JSON; charset=utf-8", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json-patch+json", 415),
        ("", 415),
    ] {
        let request = service
            .client
            .post(service.url("/create"))
            .header("content-type", media_type);
        let response = request.body(deb().to_string()).send().await.unwrap();
        assert_eq!(response.status().as_u16(), expected, "{media_type}");
    }
    let request = service.client.post(service.url("/create")).body(deb().to_string());
    problem(request.send().await.unwrap(), 415).await;
}
