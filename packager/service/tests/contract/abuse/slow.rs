//! Slow writers and slow readers.

use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::wire::{End, Wire, assert_others_go_on, large_package};
use crate::harness::{Service, deb};

const CUT_SLOW_READER: &str = "packager_connections_cut_total{why=\"slow_reader\"}";
const CUT_SLOW_REQUEST: &str = "packager_connections_cut_total{why=\"slow_request\"}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_has_a_time_to_arrive() {
    let service = Service::with(&[("client_timeout", "1s")]).await;
    let mut silent = Wire::open(&service).await;
    let mut begun = Wire::open(&service).await;
    begun.send("GET /healthz HTTP/1.1\r\nho").await;
    for wire in [&mut silent, &mut begun] {
        assert_eq!(wire.answer().await.status, 408);
        assert_eq!(wire.end().await, End::Closed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_head_of_a_connection_too() {
    let service = Service::with(&[("client_timeout", "1s"), ("keep_alive", "1h")]).await;
    let mut wire = Wire::open(&service).await;
    assert_eq!(wire.get("/healthz").await.status, 200);
    wire.send("GET /healthz HTTP/1.1\r\nho").await;
    assert_eq!(wire.end().await, End::Reset);
    assert_eq!(service.metric(CUT_SLOW_REQUEST).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_has_a_time_to_arrive() {
    let service = Service::with(&[("client_timeout", "1s"), ("keep_alive", "1s")]).await;
    for framing in ["content-length: 100", "transfer-encoding: chunked"] {
        let mut wire = Wire::open(&service).await;
        let head = format!("POST /create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{framing}\r\n\r\n");
        wire.send(head).await;
        wire.send("1\r\n{\r\n").await;
        wire.answer().await.assert_problem(408);
        wire.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_on_after_its_answer_is_cut() {
    let service = Service::with(&[("client_timeout", "1s")]).await;
    let mut wire = Wire::open(&service).await;
    wire.send("POST /create HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n")
        .await;
    wire.answer().await.assert_problem(415);
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    while wire.try_send(&chunk).await.is_ok() {}
    assert_eq!(service.metric(CUT_SLOW_REQUEST).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_is_kept_for_a_while() {
    let service = Service::with(&[("keep_alive", "1s")]).await;
    let mut wire = Wire::open(&service).await;
    assert_eq!(wire.get("/healthz").await.status, 200);
    assert_eq!(wire.get("/healthz").await.status, 200);
    assert_eq!(wire.end().await, End::Closed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_stops_reading_is_cut() {
    let mut service = Service::with(&[("download_idle_timeout", "1s"), ("deb_compression", "gzip")]).await;
    let id = large_package(&mut service, 4).await;
    let mut wire = Wire::open(&service).await;
    wire.send(format!("GET /download/{id} HTTP/1.1\r\nhost: a\r\n\r\n"))
        .await;
    assert_eq!(wire.begin_answer().await, 200);
    assert_others_go_on(&service).await;
    wire.gone().await;
    assert_eq!(service.metric(CUT_SLOW_READER).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_requests_and_reads_no_answers_is_cut() {
    let service = Service::with(&[("download_idle_timeout", "1s")]).await;
    let mut wire = Wire::open(&service).await;
    let request = "GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n".repeat(1000);
    while wire.try_send(&request).await.is_ok() {}
    assert_eq!(service.metric(CUT_SLOW_READER).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_too_slowly_is_cut_while_it_reads() {
    let settings = [
        ("download_idle_timeout", "1s"),
        ("download_least_rate", "1GiB"),
        ("deb_compression", "gzip"),
    ];
    let mut service = Service::with(&settings).await;
    let id = large_package(&mut service, 16).await;
    let mut wire = Wire::open(&service).await;
    wire.send(format!("GET /download/{id} HTTP/1.1\r\nhost: a\r\n\r\n"))
        .await;
    assert_eq!(wire.begin_answer().await, 200);
    let mut got = 0_usize;
    while wire.stream.read_u8().await.is_ok() {
        got += 1;
        tokio::task::yield_now().await;
    }
    assert!(got < 16 << 20, "it got everything");
    assert_eq!(service.metric(CUT_SLOW_READER).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_waits_for_a_stalled_download_no_longer_than_it_should() {
    let mut service = Service::with(&[("shutdown_timeout", "1s"), ("deb_compression", "gzip")]).await;
    let id = large_package(&mut service, 4).await;
    let mut stalled = Wire::open(&service).await;
    stalled
        .send(format!("GET /download/{id} HTTP/1.1\r\nhost: a\r\n\r\n"))
        .await;
    assert_eq!(stalled.begin_answer().await, 200);
    // The default would wait thirty seconds for the client to read.
    tokio::time::timeout(Duration::from_secs(15), service.stop())
        .await
        .unwrap();
    stalled.gone().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_lets_a_download_end_that_is_read() {
    let mut service = Service::with(&[("shutdown_timeout", "1h"), ("deb_compression", "gzip")]).await;
    let id = large_package(&mut service, 4).await;
    let size = service.status(&id).await["size"].as_u64().unwrap();
    let mut response = service.download(&id).await;
    let mut got = response.chunk().await.unwrap().unwrap().len() as u64;
    let mut idle = Wire::open(&service).await;
    assert_eq!(idle.get("/healthz").await.status, 200);
    let stop = tokio::spawn(service.stop());
    // A connection that is idle ends at once: then the stop has begun.
    assert_eq!(idle.end().await, End::Closed);
    while let Some(chunk) = response.chunk().await.unwrap() {
        got += chunk.len() as u64;
    }
    assert_eq!(got, size);
    drop(response);
    stop.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admin_listener_is_guarded_too() {
    let service = Service::with(&[("client_timeout", "1s"), ("keep_alive", "1s")]).await;
    let mut idle = Wire::to(service.admin_address()).await;
    assert_eq!(idle.answer().await.status, 408);
    let mut kept = Wire::to(service.admin_address()).await;
    assert_eq!(kept.get("/healthz").await.status, 200);
    assert_eq!(kept.end().await, End::Closed);
    let response = service
        .client
        .post(service.admin_url("/metrics"))
        .body(deb().to_string());
    assert_eq!(response.send().await.unwrap().status(), 404);
}
