//! Handshakes: those that do not end, those that are none, and how many there may be.

use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::authority::Authority;
use super::wire::Secure;
use crate::abuse::wire::{End, Wire};
use crate::harness::{SECRET, Service};

const SLOW: &str = "packager_connections_cut_total{why=\"slow_handshake\"}";
const CROWDED: &str = "packager_connections_cut_total{why=\"crowded\"}";
const MADE_ROOM: &str = "packager_connections_cut_total{why=\"made_room\"}";
const OPEN: &str = "packager_connections{listener=\"public\"}";

fn ended(outcome: &str) -> String {
    format!("packager_tls_handshakes_total{{outcome=\"{outcome}\"}}")
}

/// The first bytes of a record with a `ClientHello` of 512 bytes.
const BEGINNING: [u8; 9] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handshake_has_a_time_to_end() {
    let authority = Authority::new();
    let service = authority
        .service(&[("client_timeout", "1s"), ("keep_alive", "1h")])
        .await;
    let mut silent = Wire::open(&service).await;
    let mut begun = Wire::open(&service).await;
    begun.send(BEGINNING).await;
    for wire in [&mut silent, &mut begun] {
        assert_eq!(wire.end().await, End::Reset);
    }
    assert_eq!(service.metric(SLOW).await, 2);
    assert!(Secure::open(&service, &authority).await.is_served().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_byte_now_and_then_gives_no_more_time() {
    let authority = Authority::new();
    let service = authority.service(&[("client_timeout", "1s")]).await;
    let mut wire = Wire::open(&service).await;
    wire.send(BEGINNING).await;
    while wire.try_send([0]).await.is_ok() && service.metric(SLOW).await == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(service.metric(SLOW).await + service.metric(&ended("failure")).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_a_handshake_has_no_longer() {
    let authority = Authority::new();
    let service = authority.service(&[("client_timeout", "1s")]).await;
    // The client says hello, reads what comes, and never says more.
    let mut client = rustls::ClientConnection::new(
        std::sync::Arc::new(authority.client_config()),
        "localhost".try_into().unwrap(),
    )
    .unwrap();
    let mut hello = Vec::new();
    client.write_tls(&mut hello).unwrap();
    let mut wire = Wire::open(&service).await;
    wire.send(&hello).await;
    assert_eq!(wire.stream.read_u8().await.unwrap(), 0x16, "the service says hello");
    assert_eq!(wire.end().await, End::Reset);
    assert_eq!(service.metric(SLOW).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_http_is_told_to_come_over_tls() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    let mut wire = Wire::open(&service).await;
    let body = format!("{{\"enroll_secret\":\"{SECRET}\"}}");
    let length = body.len();
    wire.send(format!(
        "POST /create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    ))
    .await;
    let answer = wire.answer().await;
    answer.assert_problem(400);
    assert!(String::from_utf8(answer.body).unwrap().contains("use https"));
    drop(wire);
    assert_eq!(service.metric(&ended("plain_http")).await, 1);
    // Nothing has been asked, as far as the service is concerned.
    assert_eq!(
        service.metric("packager_http_requests_total{route=\"/create\"").await,
        0
    );

    let curl = tokio::process::Command::new("curl")
        .args(["--silent", "--show-error", "--noproxy", "*"])
        .arg(format!("http://127.0.0.1:{}/healthz", service.address().port()))
        .output()
        .await
        .unwrap();
    assert!(String::from_utf8_lossy(&curl.stdout).contains("use https"), "{curl:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_handshake_ends_the_connection_and_no_more() {
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    let garbage: [&[u8]; 5] = [
        &[0; 64],
        &[0xff; 10_000],
        b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10",
        b"\x16\x03\x01\xff\xff",
        b"\x17\x03\x03\x00\x05hello",
    ];
    for bytes in garbage {
        let mut wire = Wire::open(&service).await;
        let _ = wire.try_send(bytes).await;
        wire.end().await;
    }
    let mut gone = Wire::open(&service).await;
    gone.send(BEGINNING).await;
    drop(gone);
    while service.metric(&ended("failure")).await < 6 {
        tokio::task::yield_now().await;
    }
    assert!(Secure::open(&service, &authority).await.is_served().await);
    assert_eq!(service.metric(&ended("success")).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_whether_the_port_is_open_is_no_failure() {
    use tokio::io::AsyncWriteExt;
    let authority = Authority::new();
    let service = authority.service(&[]).await;
    let mut wire = Wire::open(&service).await;
    wire.stream.shutdown().await.unwrap();
    assert_eq!(wire.end().await, End::Closed);
    assert!(Secure::open(&service, &authority).await.is_served().await);
    assert_eq!(service.metric(&ended("success")).await, 1);
    assert_eq!(service.metric(&ended("failure")).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handshakes_count_among_the_connections_of_their_client() {
    let authority = Authority::new();
    let service = authority.service(&[("max_connections_per_client", "5")]).await;
    let mut held = Vec::new();
    for _ in 0..5 {
        let mut wire = Wire::try_from_client(&service, 2).await.unwrap();
        wire.send(BEGINNING).await;
        held.push(wire);
    }
    while service.metric(OPEN).await < 5 {
        tokio::task::yield_now().await;
    }
    for _ in 0..20 {
        let sixth = Secure::try_from_client(&service, authority.client_config(), 2).await;
        assert!(sixth.is_err(), "a sixth connection is served");
    }
    assert_eq!(service.metric(CROWDED).await, 20);
    let mut other = Secure::try_from_client(&service, authority.client_config(), 3)
        .await
        .unwrap();
    assert!(other.is_served().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handshakes_that_hang_make_room() {
    let authority = Authority::new();
    let service = authority.service(&[("max_connections", "8")]).await;
    let mut held = Vec::new();
    for _ in 0..8 {
        let mut wire = Wire::try_from_client(&service, 2).await.unwrap();
        wire.send(BEGINNING).await;
        held.push(wire);
    }
    while service.metric(OPEN).await < 8 {
        tokio::task::yield_now().await;
    }
    let mut newcomer = Secure::try_from_client(&service, authority.client_config(), 3)
        .await
        .unwrap();
    assert!(newcomer.is_served().await);
    assert_eq!(service.metric(MADE_ROOM).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_does_not_wait_for_handshakes() {
    let authority = Authority::new();
    let service = authority
        .service(&[("shutdown_timeout", "1h"), ("client_timeout", "1h")])
        .await;
    let mut wire = Wire::open(&service).await;
    wire.send(BEGINNING).await;
    while service.metric(OPEN).await < 1 {
        tokio::task::yield_now().await;
    }
    tokio::time::timeout(Duration::from_secs(30), service.stop())
        .await
        .unwrap();
    assert_eq!(wire.end().await, End::Reset);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_admin_listener_stays_in_the_clear() {
    let authority = Authority::new();
    let service: Service = authority.service(&[]).await;
    let mut wire = Wire::to(service.admin_address()).await;
    assert_eq!(wire.get("/healthz").await.status, 200);
}
