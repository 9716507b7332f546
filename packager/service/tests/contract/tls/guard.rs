//! The guard around a connection, where the connection is inside TLS.

use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::authority::Authority;
use super::wire::Secure;
use crate::abuse::wire::{assert_others_go_on, large_package};

const CUT_SLOW_READER: &str = "packager_connections_cut_total{why=\"slow_reader\"}";
const CUT_SLOW_REQUEST: &str = "packager_connections_cut_total{why=\"slow_request\"}";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_has_a_time_to_arrive() {
    let authority = Authority::new();
    let service = authority
        .service(&[("client_timeout", "1s"), ("keep_alive", "1h")])
        .await;
    let mut wire = Secure::open(&service, &authority).await;
    wire.send("GET /healthz HTTP/1.1\r\nho").await;
    assert!(wire.head().await.starts_with("HTTP/1.1 408 "));
    let mut second = Secure::open(&service, &authority).await;
    assert!(second.is_served().await);
    second.send("GET /healthz HTTP/1.1\r\nho").await;
    assert!(second.0.read_to_end(&mut Vec::new()).await.is_err());
    assert_eq!(service.metric(CUT_SLOW_REQUEST).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_connection_is_kept_for_a_while() {
    let authority = Authority::new();
    let service = authority.service(&[("keep_alive", "1s")]).await;
    let mut wire = Secure::open(&service, &authority).await;
    assert!(wire.is_served().await);
    assert!(wire.is_served().await);
    // Ended in good order.
    assert_eq!(wire.0.read_to_end(&mut Vec::new()).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_stops_reading_is_cut() {
    let authority = Authority::new();
    let settings = [("download_idle_timeout", "1s"), ("deb_compression", "gzip")];
    let mut service = authority.service(&settings).await;
    let id = large_package(&mut service, 4).await;
    let mut wire = Secure::open(&service, &authority).await;
    assert!(
        wire.begin(&format!("/download/{id}"))
            .await
            .starts_with("HTTP/1.1 200 ")
    );
    assert_others_go_on(&service).await;
    while service.metric(CUT_SLOW_READER).await == 0 {
        tokio::task::yield_now().await;
    }
    // Let go of with a reset: what lay in between is gone.
    assert!(wire.0.read_to_end(&mut Vec::new()).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_reads_too_slowly_is_cut_while_it_reads() {
    let authority = Authority::new();
    let settings = [
        ("download_idle_timeout", "1s"),
        ("download_least_rate", "1GiB"),
        ("deb_compression", "gzip"),
    ];
    let mut service = authority.service(&settings).await;
    let id = large_package(&mut service, 16).await;
    let mut wire = Secure::open(&service, &authority).await;
    assert!(
        wire.begin(&format!("/download/{id}"))
            .await
            .starts_with("HTTP/1.1 200 ")
    );
    let mut got = 0_usize;
    while wire.0.read_u8().await.is_ok() {
        got += 1;
        tokio::task::yield_now().await;
    }
    assert!(got < 16 << 20, "it got everything");
    assert_eq!(service.metric(CUT_SLOW_READER).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_requests_and_reads_no_answers_is_cut() {
    use tokio::io::AsyncWriteExt;
    let authority = Authority::new();
    let service = authority.service(&[("download_idle_timeout", "1s")]).await;
    let mut wire = Secure::open(&service, &authority).await;
    let request = "GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n".repeat(1000);
    while wire.0.write_all(request.as_bytes()).await.is_ok() {}
    assert_eq!(service.metric(CUT_SLOW_READER).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_waits_for_a_stalled_download_no_longer_than_it_should() {
    let authority = Authority::new();
    let settings = [("shutdown_timeout", "1s"), ("deb_compression", "gzip")];
    let mut service = authority.service(&settings).await;
    let id = large_package(&mut service, 4).await;
    let mut stalled = Secure::open(&service, &authority).await;
    assert!(
        stalled
            .begin(&format!("/download/{id}"))
            .await
            .starts_with("HTTP/1.1 200 ")
    );
    tokio::time::timeout(Duration::from_secs(15), service.stop())
        .await
        .unwrap();
    assert!(stalled.0.read_to_end(&mut Vec::new()).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_lets_a_download_end_that_is_read() {
    let authority = Authority::new();
    let settings = [("shutdown_timeout", "1h"), ("deb_compression", "gzip")];
    let mut service = authority.service(&settings).await;
    let id = large_package(&mut service, 4).await;
    let size = service.status(&id).await["size"].as_u64().unwrap();
    let mut download = Secure::open(&service, &authority).await;
    assert!(
        download
            .begin(&format!("/download/{id}"))
            .await
            .starts_with("HTTP/1.1 200 ")
    );
    let mut idle = Secure::open(&service, &authority).await;
    assert!(idle.is_served().await);
    let stop = tokio::spawn(service.stop());
    // A connection that is idle ends at once, in good order: then the stop has begun.
    assert_eq!(idle.0.read_to_end(&mut Vec::new()).await.unwrap(), 0);
    let mut body = Vec::new();
    download.0.read_to_end(&mut body).await.unwrap();
    assert_eq!(body.len() as u64, size);
    stop.await.unwrap();
}
