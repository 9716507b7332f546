use super::*;

#[tokio::test]
async fn a_package_is_asked_for_awaited_and_downloaded() {
    let bench = Bench::new([created(), in_progress(), in_progress(), success(), body(BODY)]);
    assert_eq!(bench.create().await.unwrap().to_string(), ID);
    assert_eq!(bench.finished().await.unwrap().file_name, "x.deb");
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
    let requests = bench.server.requests();
    assert_eq!(requests[0].line(), "POST /create HTTP/1.1");
    assert_eq!(requests[0].header("content-type").unwrap(), "application/json");
    assert!(requests[0].body.contains(SECRET));
    assert_eq!(requests[1].line(), format!("GET /status?package_id={ID} HTTP/1.1"));
    assert_eq!(requests[4].line(), "GET /download/x HTTP/1.1");
    assert!(requests[4].header("range").is_none());
    assert_eq!(bench.pauses.milliseconds(), [250, 500]);
}

#[tokio::test]
async fn the_request_goes_to_no_other_host_and_a_download_may() {
    let other = TestServer::new([created(), body(BODY)]);
    let elsewhere = other.url().join("create").unwrap();
    let bench = Bench::new([Reply::new(307, "").with_header("location", elsewhere.as_str())]);
    let error = bench.create().await.unwrap_err();
    assert!(
        with_causes(&error).contains("a redirect to another host"),
        "{}",
        with_causes(&error)
    );
    assert!(other.requests().is_empty());

    let other = TestServer::new([body(BODY)]);
    let elsewhere = other.url().join("cdn").unwrap();
    let bench = Bench::new([Reply::new(302, "").with_header("location", elsewhere.as_str())]);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
}

#[tokio::test]
async fn a_redirect_to_a_local_file_is_not_followed() {
    let bench = Bench::new([Reply::new(302, "").with_header("location", "file:///etc/passwd")]);
    assert!(bench.download(&bench.promised()).await.is_err());
}

#[tokio::test]
async fn a_broken_download_goes_on_where_it_stopped() {
    let bench = Bench::new([
        body(&BODY[..8]).missing(12),
        Reply::new(503, "").with_header("retry-after", "3"),
        part(8).missing(0),
    ]);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
    let requests = bench.server.requests();
    for request in &requests[1..] {
        assert_eq!(request.header("range").unwrap(), "bytes=8-");
        assert_eq!(request.header("if-range").unwrap(), "\"tag\"");
    }
    assert_eq!(bench.pauses.milliseconds(), [250, 3000]);
}

#[tokio::test]
async fn a_download_without_a_strong_tag_or_of_another_package_begins_anew() {
    let weak = Reply::new(200, &BODY[..8]).with_header("etag", "W/\"tag\"").missing(12);
    let bench = Bench::new([weak, body(BODY)]);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
    assert!(bench.server.requests()[1].header("range").is_none());
    // `If-Range` did not hold: the whole is sent.
    let bench = Bench::new([body("ZZZZZZZZ").missing(12), body(BODY)]);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
    let bench = Bench::new([body(&BODY[..8]).missing(12), Reply::new(416, ""), body(BODY)]);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
    assert!(bench.server.requests()[2].header("range").is_none());
}

#[tokio::test]
async fn another_range_than_asked_for_is_refused() {
    for range in ["bytes 7-19/20", "bytes 8-19/21", "bytes */20", ""] {
        let wrong = Reply::new(206, &BODY[8..]).with_header("content-range", range);
        let bench = Bench::new([body(&BODY[..8]).missing(12), wrong]);
        let error = bench.download(&bench.promised()).await.unwrap_err();
        assert!(matches!(error, Error::Corrupt(_)), "{range}: {error}");
    }
}

#[tokio::test]
async fn a_download_that_always_breaks_is_given_up() {
    let mut replies = vec![body(&BODY[..1]).missing(19)];
    replies.extend((1..20).map(|from| {
        let text = &BODY[from..=from];
        Reply::new(206, text)
            .with_header("content-range", &format!("bytes {from}-19/20"))
            .missing(19 - from)
    }));
    let bench = Bench::new(replies);
    assert!(matches!(
        bench.download(&bench.promised()).await.unwrap_err(),
        Error::Unreachable(_)
    ));
    assert_eq!(bench.server.requests().len(), 9);
}

#[tokio::test]
async fn what_is_not_the_promised_package_is_refused() {
    let wrong = BODY.replace('j', "J");
    for text in [wrong.as_str(), &BODY[1..], &format!("{BODY}+"), ""] {
        let bench = Bench::new([body(text)]);
        let error = bench.download(&bench.promised()).await.unwrap_err();
        assert!(matches!(error, Error::Corrupt(_)), "{text}: {error}");
    }
    let bench = Bench::new([]);
    for (size, sha256) in [(u64::MAX, bench.promised().sha256), (20, "00".to_owned())] {
        let promised = Success {
            size,
            sha256,
            ..bench.promised()
        };
        assert!(matches!(bench.download(&promised).await.unwrap_err(), Error::Answer(_)));
    }
}

#[tokio::test]
async fn a_package_that_is_gone_is_told_so() {
    let bench = Bench::new([Reply::new(410, "")]);
    assert!(matches!(
        bench.download(&bench.promised()).await.unwrap_err(),
        Error::Expired
    ));
}

#[test]
fn a_service_over_tls_does_not_send_the_package_without() {
    let connection = Connection::by(Route::Direct);
    let base = Url::parse("https://pkg.example.com").unwrap();
    let service = Service::new(&base, &connection, Arc::new(TokioPause), None).unwrap();
    assert!(service.file_url("https://cdn.example.com/x", "x").is_ok());
    for url in ["http://pkg.example.com/x", "file:///x", "/download/x", ""] {
        assert!(service.file_url(url, "x").is_err(), "{url}");
    }
}

#[tokio::test]
async fn a_download_that_gets_on_may_break_often() {
    const PIECES: usize = 20;
    let piece = "x".repeat(1 << 20);
    let size = PIECES << 20;
    let replies = (0..PIECES).map(|index| {
        let from = index << 20;
        let reply = if index == 0 {
            body(&piece)
        } else {
            Reply::new(206, &piece)
        };
        let range = format!("bytes {from}-{}/{size}", size - 1);
        reply
            .with_header("content-range", &range)
            .missing(size - from - (1 << 20))
    });
    let bench = Bench::new(replies);
    let whole = piece.repeat(PIECES);
    let promised = Success {
        size: size as u64,
        sha256: Sha256Digest::of(whole.as_bytes()).to_string(),
        ..bench.promised()
    };
    assert!(bench.download(&promised).await.unwrap() == whole);
    assert_eq!(bench.pauses.milliseconds(), [250; PIECES - 1]);
}
