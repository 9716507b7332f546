//! Hostile bodies.

use std::fmt::Write;

use super::wire::{Wire, assert_others_go_on};
use crate::harness::{SECRET, Service, deb, deb_with, problem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_too_long_is_refused_before_it_comes() {
    let service = Service::start().await;
    let mut wire = Wire::open(&service).await;
    let head = "POST /create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    wire.send(format!("{head}content-length: {}\r\n\r\n", (512 << 10) + 1))
        .await;
    wire.answer().await.assert_problem(413);
    let mut wire = Wire::open(&service).await;
    wire.send(format!("{head}content-length: {}\r\n\r\n{{", 512 << 10))
        .await;
    wire.send(" ".repeat((512 << 10) - 2)).await;
    wire.send("}").await;
    wire.answer().await.assert_problem(400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chunks_without_end_are_cut_at_the_limit() {
    let service = Service::with(&[("client_timeout", "1s")]).await;
    let head =
        "POST /create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    for chunk in [
        "1\r\n \r\n".repeat(1000),
        format!("10000\r\n{}\r\n", " ".repeat(0x10000)),
    ] {
        let mut wire = Wire::open(&service).await;
        wire.send(head).await;
        let (mut read, mut write) = wire.stream.split();
        let send = async {
            while tokio::io::AsyncWriteExt::write_all(&mut write, chunk.as_bytes())
                .await
                .is_ok()
            {}
        };
        let read = async {
            let mut head = [0; 12];
            tokio::io::AsyncReadExt::read_exact(&mut read, &mut head).await.unwrap();
            head
        };
        // The sender ends when the connection does.
        let ((), head) = tokio::join!(send, read);
        assert_eq!(head, *b"HTTP/1.1 413");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_extension_of_a_chunk_is_no_way_around_the_limits() {
    let service = Service::with(&[("client_timeout", "1s"), ("keep_alive", "1s")]).await;
    let mut wire = Wire::open(&service).await;
    wire.send(
        "POST /create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n1;",
    )
    .await;
    while wire.try_send("x".repeat(0x10000)).await.is_ok() {}
    assert_others_go_on(&service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compressed_body_is_refused() {
    let service = Service::start().await;
    for (coding, status) in [
        ("gzip", 415),
        ("br", 415),
        ("zstd", 415),
        ("gzip, identity", 415),
        ("Identity", 200),
    ] {
        let request = service
            .client
            .post(service.url("/create"))
            .header("content-type", "application/json")
            .header("content-encoding", coding);
        let response = request.body(deb().to_string()).send().await.unwrap();
        assert_eq!(response.status(), status, "{coding}");
        if status == 415 {
            assert_eq!(response.headers()["accept-encoding"], "identity");
            problem(response, 415).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_json_is_refused_in_few_words() {
    let service = Service::start().await;
    let keys = (0..60_000).fold(String::from("{"), |mut text, number| {
        write!(text, "\"{number}\":1,").unwrap();
        text
    });
    let fields = deb().to_string();
    let fields = fields.trim_end_matches('}');
    for (name, body) in [
        ("deep arrays", "[".repeat(500_000)),
        ("deep objects", "{\"a\":".repeat(100_000)),
        (
            "deep inside a field",
            format!("{fields},\"debug\":{}", "[".repeat(400_000)),
        ),
        ("many fields", format!("{}\"type\":\"deb\"}}", &keys[..400_000])),
        ("a field twice", format!("{fields},\"type\":\"deb\"}}")),
        (
            "a field in two spellings",
            format!("{fields},\"fleet-url\":\"https://other.example\"}}"),
        ),
        ("a huge number", format!("{fields},\"debug\":{}}}", "9".repeat(400_000))),
        ("a huge exponent", format!("{fields},\"debug\":1e999999999}}")),
        (
            "a long text",
            format!("{fields},\"arch\":\"{}\"}}", "x".repeat(400_000)),
        ),
        ("a long name", format!("{fields},\"{}\":1}}", "x".repeat(400_000))),
        ("half a surrogate", format!("{fields},\"arch\":\"\\ud800\"}}")),
    ] {
        let refused = service.post(body).await;
        assert_eq!(refused.status(), 400, "{name}");
        let refused = problem(refused, 400).await.to_string();
        assert!(refused.len() < 64 << 10, "{name}: {} bytes", refused.len());
        assert!(!refused.contains(SECRET), "{name}");
    }
    assert_others_go_on(&service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bodies_share_a_memory_and_take_it_as_they_come() {
    let service = Service::with(&[("body_limit", "16KiB"), ("bodies_limit", "32KiB")]).await;
    let head = "POST /create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 16384\r\n\r\n";
    // Each announces as much as it may, and sends little of it: 4 KiB are taken for each.
    let mut waiting = Vec::new();
    for _ in 0..7 {
        let mut wire = Wire::open(&service).await;
        wire.send(format!("{head}{{")).await;
        waiting.push(wire);
    }
    // There is room for one more, at a time.
    while service.metric("packager_body_bytes ").await < 7 * 4096 {}
    assert_others_go_on(&service).await;
    let mut eighth = Wire::open(&service).await;
    eighth.send(format!("{head}{{")).await;
    while service.metric("packager_body_bytes ").await < 8 * 4096 {}
    let full = service.post(deb_with("debug", true).to_string()).await;
    assert_eq!(full.headers()["retry-after"], "1");
    problem(full, 503).await;
    drop((waiting, eighth));
    while service.metric("packager_body_bytes ").await > 0 {}
    assert_others_go_on(&service).await;
}
