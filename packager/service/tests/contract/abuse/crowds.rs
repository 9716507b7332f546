//! Many connections.

use super::wire::{End, Wire, large_package};
use crate::harness::Service;

const CROWDED: &str = "packager_connections_cut_total{why=\"crowded\"}";
const OPEN: &str = "packager_connections{listener=\"public\"}";
const FULL: &str = "packager_connections_cut_total{why=\"full\"}";
const MADE_ROOM: &str = "packager_connections_cut_total{why=\"made_room\"}";

/// Opens a connection and asks something, so that it is known to have been taken.
async fn served(service: &Service, client: u8) -> Option<Wire> {
    let mut wire = Wire::try_from_client(service, client).await.ok()?;
    wire.try_send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.ok()?;
    wire.try_answer().await.map(|_| wire)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_has_so_many_connections_and_others_have_theirs() {
    let service = Service::with(&[("max_connections_per_client", "5")]).await;
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(served(&service, 2).await.unwrap());
    }
    for _ in 0..20 {
        assert!(served(&service, 2).await.is_none(), "a sixth connection is served");
    }
    assert!(served(&service, 3).await.is_some(), "another client is not served");
    assert_eq!(service.metric(CROWDED).await, 20);
    drop(held.pop());
    // The service learns of the end a moment later.
    while served(&service, 2).await.is_none() {}
    for wire in &mut held {
        assert_eq!(wire.get("/healthz").await.status, 200, "a connection that was there");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trusted_proxy_has_any_number() {
    let settings = [("max_connections_per_client", "5"), ("trusted_proxies", "127.0.0.2")];
    let service = Service::with(&settings).await;
    let mut held = Vec::new();
    for _ in 0..50 {
        held.push(served(&service, 2).await.unwrap());
    }
    assert_eq!(service.metric(CROWDED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beyond_the_limit_the_oldest_idle_connection_makes_room() {
    let service = Service::with(&[("max_connections", "8")]).await;
    let mut held = Vec::new();
    for _ in 0..8 {
        held.push(served(&service, 2).await.unwrap());
    }
    assert_eq!(service.metric(OPEN).await, 8);
    let newcomer = served(&service, 3).await;
    assert!(newcomer.is_some(), "a new client is not served");
    assert_eq!(service.metric(MADE_ROOM).await, 1);
    assert_eq!(service.metric(FULL).await, 0);
    let mut gone = 0;
    for wire in &mut held {
        let _ = wire.try_send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await;
        gone += usize::from(wire.try_answer().await.is_none());
    }
    assert_eq!(gone, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_under_way_makes_no_room() {
    let mut service = Service::with(&[("max_connections", "4"), ("deb_compression", "gzip")]).await;
    let id = large_package(&mut service, 4).await;
    // The client of the harness keeps connections; they are idle and make room.
    let mut held = Vec::new();
    while held.len() < 4 {
        let mut wire = Wire::try_from_client(&service, 2).await.unwrap();
        let request = format!("GET /download/{id} HTTP/1.1\r\nhost: a\r\n\r\n");
        wire.try_send(request).await.unwrap();
        assert_eq!(wire.begin_answer().await, 200);
        held.push(wire);
    }
    assert!(served(&service, 3).await.is_none(), "there is no room");
    assert!(service.metric(FULL).await >= 1);
    held.pop();
    while served(&service, 3).await.is_none() {}
    for wire in held {
        // Still there: the rest of the package comes.
        assert_eq!(wire.stream.peek(&mut [0]).await.unwrap(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_connections_that_come_and_go_leave_nothing() {
    let service = Service::with(&[("max_connections", "100")]).await;
    for _ in 0..1000 {
        assert!(served(&service, 2).await.is_some());
    }
    while service.metric(OPEN).await > 0 {
        tokio::task::yield_now().await;
    }
    let mut wire = served(&service, 2).await.unwrap();
    wire.send("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await;
    assert_eq!(wire.answer().await.status, 200);
    assert_eq!(wire.end().await, End::Closed);
}
