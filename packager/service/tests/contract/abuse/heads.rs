//! Hostile heads of requests: too long, too many, ambiguous, and not HTTP at all.

use super::wire::{Wire, assert_others_go_on, large_package};
use crate::harness::{Service, deb};

/// What a connection is good for after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Then {
    /// Another request.
    Another,
    /// Nothing: what came after it cannot be told apart from it.
    Nothing,
}

use Then::{Another, Nothing};

fn many_headers(count: usize) -> String {
    use std::fmt::Write;
    (0..count).fold(String::new(), |mut text, number| {
        write!(text, "x-{number}: 1\r\n").unwrap();
        text
    })
}

/// What is sent, under its name; the status of the answer; and what the connection is good for then.
type Case = (&'static str, String, u16, Then);

fn get(rest: &str) -> String {
    format!("GET /healthz HTTP/1.1\r\nhost: a\r\n{rest}\r\n")
}

fn post(rest: &str) -> String {
    format!("POST /create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n{rest}")
}

/// Heads that are long.
fn long() -> Vec<Case> {
    let long = "x".repeat(200_000);
    vec![
        ("96 headers", get(&many_headers(95)), 200, Another),
        ("97 headers", get(&many_headers(96)), 431, Nothing),
        (
            "a long header",
            get(&format!("x: {}\r\n", "x".repeat(100_000))),
            200,
            Another,
        ),
        (
            "a header that is too long",
            get(&format!("x: {long}\r\n")),
            431,
            Nothing,
        ),
        (
            "a path that is too long",
            format!("GET /{long} HTTP/1.1\r\nhost: a\r\n\r\n"),
            431,
            Nothing,
        ),
        (
            "a long path",
            format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(60_000)),
            404,
            Another,
        ),
        (
            "a path beyond 64 KiB",
            format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(70_000)),
            400,
            Nothing,
        ),
    ]
}

/// Targets, versions and methods.
fn forms() -> Vec<Case> {
    vec![
        ("no host", "GET /healthz HTTP/1.1\r\n\r\n".to_owned(), 400, Nothing),
        ("two hosts", get("host: b\r\n"), 400, Nothing),
        ("HTTP/1.0", "GET /healthz HTTP/1.0\r\n\r\n".to_owned(), 200, Nothing),
        (
            "HTTP/2.0",
            "GET /healthz HTTP/2.0\r\nhost: a\r\n\r\n".to_owned(),
            400,
            Nothing,
        ),
        (
            "the preface of HTTP/2",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
            400,
            Nothing,
        ),
        (
            "TLS",
            "\x16\x03\x01\x02\0\x01\0\x01\u{7c}\x03\x03\r\n\r\n".to_owned(),
            400,
            Nothing,
        ),
        (
            "absolute-form",
            "GET http://a/healthz HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
            200,
            Another,
        ),
        (
            "asterisk-form",
            "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
            404,
            Another,
        ),
        (
            "authority-form",
            "CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n".to_owned(),
            404,
            Nothing,
        ),
        (
            "an unknown method",
            "BREW /status HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
            405,
            Another,
        ),
        (
            "an upgrade",
            get("connection: upgrade\r\nupgrade: h2c\r\n"),
            200,
            Nothing,
        ),
        (
            "a websocket",
            get("connection: upgrade\r\nupgrade: websocket\r\n"),
            200,
            Nothing,
        ),
    ]
}

/// Heads and queries that are no text.
fn texts() -> Vec<Case> {
    vec![
        ("obs-fold", get("x: a\r\n b\r\n"), 400, Nothing),
        ("a space before the colon", get("x : a\r\n"), 400, Nothing),
        ("a nul", get("x: a\0b\r\n"), 400, Nothing),
        ("a bare carriage return", get("x: a\rb\r\n"), 400, Nothing),
        (
            "a query that is no text",
            "GET /status?package_id=%ff%fe HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
            400,
            Another,
        ),
        (
            "a long query",
            format!(
                "GET /status?package_id={} HTTP/1.1\r\nhost: a\r\n\r\n",
                "1".repeat(50_000)
            ),
            400,
            Another,
        ),
        (
            "a query of many",
            format!(
                "GET /status?{} HTTP/1.1\r\nhost: a\r\n\r\n",
                "package_id=1&".repeat(4000)
            ),
            400,
            Another,
        ),
    ]
}

/// Bodies whose length is in doubt.
fn lengths() -> Vec<Case> {
    vec![
        (
            "length and chunks",
            post("content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
            400,
            Nothing,
        ),
        (
            "two lengths",
            post("content-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
            400,
            Nothing,
        ),
        (
            "a list of lengths",
            post("content-length: 2, 2\r\n\r\n{}"),
            400,
            Nothing,
        ),
        ("a signed length", post("content-length: +2\r\n\r\n{}"), 400, Nothing),
        ("a negative length", post("content-length: -2\r\n\r\n{}"), 400, Nothing),
        (
            "a length beyond 64 bits",
            post("content-length: 18446744073709551616\r\n\r\n"),
            400,
            Nothing,
        ),
        (
            "the longest length",
            post("content-length: 18446744073709551615\r\n\r\n"),
            413,
            Nothing,
        ),
        (
            "two codings",
            post("transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
            400,
            Nothing,
        ),
        (
            "chunked twice",
            post("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
            400,
            Nothing,
        ),
        (
            "an unknown coding",
            post("transfer-encoding: xchunked\r\n\r\n0\r\n\r\n"),
            400,
            Nothing,
        ),
        (
            "chunks in HTTP/1.0",
            "POST /create HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
            400,
            Nothing,
        ),
        (
            "a chunk that is no number",
            post("transfer-encoding: chunked\r\n\r\nxyz\r\n"),
            408,
            Nothing,
        ),
        (
            "a chunk beyond 64 bits",
            post("transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
            408,
            Nothing,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_answered_and_the_connection_is_right_afterwards() {
    let service = Service::start().await;
    let cases = [long(), forms(), texts(), lengths()].concat();
    let mut wrong = Vec::new();
    for (name, request, status, then) in cases {
        let mut wire = Wire::open(&service).await;
        // What cannot be told apart from it has to be ignored, not answered.
        let _ = wire.try_send(&request).await;
        let Some(answer) = wire.try_answer().await else {
            wrong.push(format!("{name}: no answer"));
            continue;
        };
        let another = wire.try_send("GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n").await.is_ok()
            && wire.try_answer().await.is_some();
        let seen = if another { Another } else { Nothing };
        if (answer.status, seen) != (status, then) {
            wrong.push(format!("{name}: {} {seen:?}", answer.status));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_others_go_on(&service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_in_a_body_is_no_request() {
    let service = Service::start().await;
    let inner = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut wire = Wire::open(&service).await;
    let head = "POST /create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n";
    wire.send(format!("{head}content-length: {}\r\n\r\n{inner}", inner.len()))
        .await;
    wire.answer().await.assert_problem(400);
    // A connection that a secret may have gone through is closed, and nothing of what it carried is answered.
    wire.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_without_end_is_given_up() {
    let service = Service::start().await;
    let mut wire = Wire::open(&service).await;
    wire.send("GET /healthz HTTP/1.1\r\n").await;
    let mut sent = 0;
    while wire.try_send("x: 1\r\n".repeat(1000)).await.is_ok() {
        sent += 6000;
        assert!(sent < 64 << 20, "it is read for ever");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_pipelined_requests_is_answered_in_order() {
    let service = Service::start().await;
    let mut wire = Wire::open(&service).await;
    let (mut read, mut write) = wire.stream.split();
    let flood = async {
        for _ in 0..30 {
            let requests =
                "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /nothing HTTP/1.1\r\nhost: a\r\n\r\n".repeat(50);
            tokio::io::AsyncWriteExt::write_all(&mut write, requests.as_bytes())
                .await
                .unwrap();
        }
    };
    let answers = async {
        let mut text = Vec::new();
        let mut piece = vec![0; 65_536];
        let mut statuses = Vec::new();
        while statuses.len() < 3_000 {
            let count = tokio::io::AsyncReadExt::read(&mut read, &mut piece).await.unwrap();
            assert!(count > 0, "closed after {}", statuses.len());
            text.extend_from_slice(&piece[..count]);
            let mut seen = 0;
            for at in memchr::memmem::find_iter(&text, b"HTTP/1.1 ") {
                if let Some(status) = text.get(at + 9) {
                    statuses.push(*status);
                    seen = at + 9;
                }
            }
            // What may be the beginning of the next one stays.
            text.drain(..seen.max(text.len().saturating_sub(9)));
        }
        statuses
    };
    let ((), statuses) = tokio::join!(flood, answers);
    assert!(statuses.chunks(2).all(|pair| pair == b"24"), "out of order");
    assert_others_go_on(&service).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_ranges_are_one_whole_or_none() {
    let mut service = Service::with(&[("deb_compression", "gzip")]).await;
    let id = large_package(&mut service, 1).await;
    let size = service.status(&id).await["size"].as_u64().unwrap();
    for (range, status, length) in [
        (format!("bytes={}", "0-0,".repeat(5000)), 200, size),
        (format!("bytes={}", "0-,".repeat(5000)), 200, size),
        ("bytes=0-0".to_owned(), 206, 1),
        (format!("bytes={size}-"), 416, 0),
        ("bytes=18446744073709551615-".to_owned(), 416, 0),
        ("bytes=-18446744073709551615".to_owned(), 206, size),
        ("bytes=18446744073709551616-".to_owned(), 416, 0),
    ] {
        let mut wire = Wire::open(&service).await;
        wire.send(format!(
            "GET /download/{id} HTTP/1.1\r\nhost: a\r\nrange: {range}\r\n\r\n"
        ))
        .await;
        let answer = wire.answer().await;
        let short: String = range.chars().take(40).collect();
        assert_eq!(answer.status, status, "{short}");
        if status != 416 {
            assert_eq!(answer.body.len() as u64, length, "{short}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_before_sending_is_told_in_time() {
    let service = Service::start().await;
    let head = "POST /create HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n";
    let mut wire = Wire::open(&service).await;
    wire.send(format!("{head}content-length: 10000000\r\n\r\n")).await;
    // Not 100: the body need not be sent.
    wire.answer().await.assert_problem(413);
    wire.end().await;

    let mut wire = Wire::open(&service).await;
    let body = deb().to_string();
    wire.send(format!("{head}content-length: {}\r\n\r\n", body.len())).await;
    assert_eq!(wire.answer().await.status, 100);
    wire.send(body).await;
    assert_eq!(wire.answer().await.status, 200);
    wire.end().await;
}
