//! A service that stalls, never ends, and says what is not so.

use super::*;

/// Short enough for a test to wait, and so long that a busy machine answers in it.
const SHORT: Timeouts = Timeouts {
    connect: Duration::from_secs(10),
    silence: Duration::from_millis(40),
    exchange: Duration::from_millis(40),
};

#[tokio::test]
async fn a_service_that_stalls_is_given_up() {
    // Whether it says nothing at all, or stops in the middle of a head or a body.
    let created_late = Reply::new(200, r#"{"package_"#).missing(40).stalling();
    for stalled in [Reply::hang_up().stalling(), created_late] {
        let bench = Bench::with(vec![stalled; 9], SHORT);
        let error = bench.create().await.unwrap_err();
        assert_eq!(error.exit_status(), ExitStatus::Unreachable, "{error}");
        assert_eq!(bench.pauses.milliseconds().len(), 8);
    }
    let bench = Bench::with(vec![body("").missing(20).stalling(); 9], SHORT);
    let error = bench.download(&bench.promised()).await.unwrap_err();
    assert_eq!(error.exit_status(), ExitStatus::Unreachable, "{error}");
    assert_eq!(bench.pauses.milliseconds().len(), 8);
}

#[tokio::test]
async fn a_download_that_stalls_goes_on_where_it_stopped() {
    let timeouts = Timeouts {
        silence: Duration::from_secs(2),
        ..Timeouts::default()
    };
    let bench = Bench::with([body(&BODY[..8]).missing(12).stalling(), part(8)], timeouts);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
    bench.server.answered(2);
    assert_eq!(bench.server.requests()[1].header("range").unwrap(), "bytes=8-");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let endless = |status| Reply::new(status, &"x".repeat(1 << 16)).endless();
    let bench = Bench::new([endless(200)]);
    assert!(matches!(
        bench.create().await.unwrap_err(),
        Error::Answer("it is too long")
    ));
    // What is said beside a refusal is not worth more.
    let bench = Bench::new([endless(400)]);
    let error = bench.create().await.unwrap_err();
    assert_eq!(error.to_string(), "the service refused: 400 Bad Request");
    let bench = Bench::new([endless(200)]);
    assert!(matches!(
        bench.download(&bench.promised()).await.unwrap_err(),
        Error::Corrupt("it is longer")
    ));
}

#[tokio::test]
async fn a_package_of_another_length_than_promised_is_refused() {
    // With a `Content-Length` that tells it, and without any.
    for (text, complaint) in [
        (&BODY[1..], "its length is another"),
        ("01234567890123456789+", "its length is another"),
    ] {
        let bench = Bench::new([body(text)]);
        let error = bench.download(&bench.promised()).await.unwrap_err();
        assert!(error.to_string().ends_with(complaint), "{error}");
    }
}

#[tokio::test]
async fn a_range_that_is_longer_than_what_is_left_is_refused() {
    let longer = Reply::new(206, &format!("{}++", &BODY[8..])).with_header("content-range", "bytes 8-19/20");
    let bench = Bench::new([body(&BODY[..8]).missing(12), longer]);
    assert!(matches!(
        bench.download(&bench.promised()).await.unwrap_err(),
        Error::Corrupt("it is longer")
    ));
}

#[tokio::test]
async fn a_range_that_nobody_asked_for_is_refused() {
    let bench = Bench::new([part(8)]);
    assert!(matches!(
        bench.download(&bench.promised()).await.unwrap_err(),
        Error::Corrupt(_)
    ));
}

#[tokio::test]
async fn another_package_in_the_middle_is_noticed() {
    // The tag says that it is the same, and it is not.
    let other = Reply::new(206, &"z".repeat(12)).with_header("content-range", "bytes 8-19/20");
    let bench = Bench::new([body(&BODY[..8]).missing(12), other]);
    assert!(matches!(
        bench.download(&bench.promised()).await.unwrap_err(),
        Error::Corrupt("its SHA-256 is another")
    ));
}

#[tokio::test]
async fn whatever_type_it_says_it_is_the_bytes_count() {
    let page = body(BODY)
        .with_header("content-type", "text/html")
        .with_header("content-encoding", "gzip");
    let bench = Bench::new([page]);
    assert_eq!(bench.download(&bench.promised()).await.unwrap(), BODY);
    let page = Reply::new(200, "<html>Sign in</html>").with_header("content-type", "application/json");
    let bench = Bench::new([page]);
    assert_eq!(bench.create().await.unwrap_err().exit_status(), ExitStatus::Protocol);
}

#[tokio::test]
async fn a_service_that_wants_to_be_left_alone_is() {
    let wish = |text: &str| Reply::new(429, "").with_header("retry-after", text);
    // As many pauses as were granted, and then the answer.
    for (text, waited) in [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 250),
        ("0", 250),
        ("-7", 250),
        ("soon", 250),
        ("60", 60_000),
        ("1800", 1_800_000),
    ] {
        let bench = Bench::new([wish(text), created()]);
        bench.create().await.unwrap();
        assert_eq!(bench.pauses.milliseconds(), [waited], "{text}");
    }
    let dated = wish("Sun, 06 Nov 1994 08:50:07 GMT").with_header("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    let bench = Bench::new([dated, created()]);
    bench.create().await.unwrap();
    assert_eq!(bench.pauses.milliseconds(), [30_000]);
    for text in [
        "1801",
        "18446744073709551615",
        "99999999999999999999999999",
        "Fri, 31 Dec 9999 23:59:59 GMT",
    ] {
        let bench = Bench::new([wish(text)]);
        let error = bench.create().await.unwrap_err();
        assert_eq!(error.exit_status(), ExitStatus::Busy, "{text}");
        assert!(bench.pauses.milliseconds().is_empty(), "{text}");
    }
}

#[tokio::test]
async fn a_service_that_fails_is_told_from_one_that_refuses() {
    for (status, attempts, exit_status) in [
        (500, 1, ExitStatus::Unreachable),
        (502, 9, ExitStatus::Unreachable),
        (504, 9, ExitStatus::Unreachable),
        (408, 9, ExitStatus::Unreachable),
        (429, 9, ExitStatus::Busy),
        (503, 9, ExitStatus::Busy),
        (401, 1, ExitStatus::Refused),
        (404, 1, ExitStatus::Refused),
        (413, 1, ExitStatus::Refused),
        (410, 1, ExitStatus::Expired),
        (204, 1, ExitStatus::Protocol),
        (304, 1, ExitStatus::Protocol),
        (416, 1, ExitStatus::Protocol),
    ] {
        let bench = Bench::new(vec![Reply::new(status, ""); 9]);
        let error = bench.create().await.unwrap_err();
        assert_eq!(error.exit_status(), exit_status, "{status}: {error}");
        assert_eq!(bench.server.requests().len(), attempts, "{status}");
    }
}

#[tokio::test]
async fn nothing_that_it_says_repeats_the_secret_or_the_id() {
    let told = format!("{SECRET} {ID}");
    let problem = format!(
        r#"{{"title":"Bad Request","status":400,"detail":"{told}","errors":[{{"field":"{told}","detail":"{told}"}}]}}"#
    );
    let fail = format!(r#"{{"status":"fail","logs":"{told}"}}"#);
    let refused = Bench::new([Reply::new(400, &problem)]).create().await.unwrap_err();
    let busy = Bench::new([Reply::new(503, &problem).with_header("retry-after", "86400")]);
    let busy = busy.create().await.unwrap_err();
    let failed = Bench::new([Reply::new(200, &fail)]).finished().await.unwrap_err();
    let unreachable = Bench::new([]).finished().await.unwrap_err();
    assert_eq!(refused.fields().len(), 1);
    for error in [refused, busy, failed, unreachable] {
        let told = format!("{} {:?}", with_causes(&error), error.fields());
        assert!(!told.contains(SECRET) && !told.contains(ID), "{told}");
    }
}
