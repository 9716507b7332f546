use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use packager_api::{CreateRequest, Success};
use packager_artifact::Sha256Digest;
use uuid::Uuid;

use super::test_server::{Reply, TestServer};
use super::*;
use crate::progress::Silent;
use crate::terminal::with_causes;

const SECRET: &str = "correct-horse-battery";
const ID: &str = "7b6c1f0e-8a53-4a52-9d57-0e7c6f3c2a11";
const BODY: &str = "0123456789abcdefghij";

/// Remembers how long it should have waited, and does not.
#[derive(Default)]
struct Recorder(Mutex<Vec<Duration>>);

impl Pause for Recorder {
    fn pause(&self, duration: Duration) -> BoxFuture<'_, ()> {
        self.0.lock().unwrap().push(duration);
        async {}.boxed()
    }
}

impl Recorder {
    fn milliseconds(&self) -> Vec<u128> {
        self.0.lock().unwrap().iter().map(Duration::as_millis).collect()
    }
}

struct Bench {
    server: TestServer,
    pauses: Arc<Recorder>,
    service: Service,
}

impl Bench {
    fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let server = TestServer::new(replies);
        let pauses = Arc::new(Recorder::default());
        let connection = Connection {
            private_ca_pem: None,
            route: Route::Direct,
        };
        let secret = Some(SecretText::from(SECRET));
        let service = Service::new(
            &server.url(),
            &connection,
            Arc::clone(&pauses) as Arc<dyn Pause>,
            secret,
        );
        Self {
            service: service.unwrap(),
            server,
            pauses,
        }
    }

    async fn create(&self) -> Result<Uuid, Error> {
        let request = CreateRequest {
            package_type: Some("deb".to_owned()),
            enroll_secret: Some(SecretText::from(SECRET)),
            ..CreateRequest::default()
        };
        self.service.create(&request).await
    }

    async fn finished(&self) -> Result<Success, Error> {
        self.service.finished(ID.parse().unwrap(), &Silent).await
    }

    /// Downloads, and says what is in the file.
    async fn download(&self, success: &Success) -> Result<String, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        let writer = file.reopen().unwrap();
        self.service.download(success, writer, &Silent).await?;
        Ok(std::fs::read_to_string(file.path()).unwrap())
    }

    fn promised(&self) -> Success {
        Success {
            download_url: self.server.url().join("download/x").unwrap().to_string(),
            file_name: "x.deb".to_owned(),
            size: BODY.len() as u64,
            sha256: Sha256Digest::of(BODY.as_bytes()).to_string(),
            expires_at: "2026-11-21T10:30:00Z".parse().unwrap(),
            signed: false,
            versions: packager_api::Versions {
                orbit: "1".to_owned(),
                osqueryd: "1".to_owned(),
                desktop: None,
            },
        }
    }
}

fn created() -> Reply {
    Reply::new(200, &format!(r#"{{"package_id":"{ID}"}}"#))
}

fn in_progress() -> Reply {
    Reply::new(200, r#"{"status":"in-progress","stage":"building"}"#)
}

fn success() -> Reply {
    Reply::new(
        200,
        r#"{"status":"success","download_url":"{base}/download/x","file_name":"x.deb","size":20,"sha256":"00",
           "expires_at":"2026-11-21T10:30:00Z","signed":false,"versions":{"orbit":"1","osqueryd":"1"}}"#,
    )
}

fn body(text: &str) -> Reply {
    Reply::new(200, text).with_header("etag", "\"tag\"")
}

fn part(from: usize) -> Reply {
    Reply::new(206, &BODY[from..]).with_header("content-range", &format!("bytes {from}-19/20"))
}

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
async fn a_path_in_the_services_url_is_kept() {
    let server = TestServer::new([created()]);
    let connection = Connection {
        private_ca_pem: None,
        route: Route::Direct,
    };
    let url = server.url().join("fleet/packager").unwrap();
    let service = Service::new(&url, &connection, Arc::new(Recorder::default()), None).unwrap();
    service.create(&CreateRequest::default()).await.unwrap();
    assert_eq!(server.requests()[0].line(), "POST /fleet/packager/create HTTP/1.1");
}

#[tokio::test]
async fn a_busy_service_is_asked_again_when_it_says() {
    let busy = Reply::new(429, "").with_header("retry-after", "7");
    let full = Reply::new(503, "").with_header("retry-after", "30");
    let bench = Bench::new([busy, full, Reply::new(502, ""), created()]);
    bench.create().await.unwrap();
    assert_eq!(bench.pauses.milliseconds(), [7000, 30_000, 1000]);
    assert!(
        bench
            .server
            .requests()
            .iter()
            .all(|request| request.body.contains(SECRET))
    );
}

#[tokio::test]
async fn a_status_may_be_late_too() {
    let busy = Reply::new(429, "").with_header("retry-after", "2");
    let bench = Bench::new([in_progress(), busy, Reply::broken("{"), success()]);
    bench.finished().await.unwrap();
    assert_eq!(bench.pauses.milliseconds(), [250, 2000, 1000]);
}

#[tokio::test]
async fn a_service_that_stays_busy_is_given_up() {
    let bench = Bench::new(vec![Reply::new(503, ""); 9]);
    let error = bench.create().await.unwrap_err();
    assert!(matches!(error, Error::Busy(_)), "{error}");
    assert_eq!(bench.server.requests().len(), 9);
}

#[tokio::test]
async fn a_service_that_wishes_for_a_day_is_given_up_at_once() {
    let bench = Bench::new([Reply::new(503, "").with_header("retry-after", "86400")]);
    assert!(matches!(bench.create().await.unwrap_err(), Error::Busy(_)));
    assert!(bench.pauses.milliseconds().is_empty());
}

#[tokio::test]
async fn a_problem_is_told_with_its_fields_and_without_the_secret() {
    let problem = format!(
        r#"{{"type":"about:blank","title":"Bad Request","status":400,"detail":"2 problems",
            "errors":[{{"field":"fleet_url","detail":"is wrong"}},{{"field":"orbit-channel","detail":"not {SECRET}"}}]}}"#
    );
    let bench = Bench::new([Reply::new(400, &problem)]);
    assert_eq!(
        with_causes(&bench.create().await.unwrap_err()),
        "the service refused: 2 problems: --fleet-url is wrong; --orbit-channel not [redacted] (400 Bad Request)"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_problem_is_told_by_its_status() {
    let bench = Bench::new([Reply::new(404, "<html>")]);
    assert_eq!(
        with_causes(&bench.create().await.unwrap_err()),
        "the service refused: 404 Not Found"
    );
}

#[tokio::test]
async fn a_failed_build_is_told_with_its_logs() {
    let logs = format!(r#"{{"status":"fail","logs":"no such channel ({SECRET})"}}"#);
    let bench = Bench::new([Reply::new(200, &logs)]);
    let error = bench.finished().await.unwrap_err();
    assert_eq!(error.to_string(), "the build failed: no such channel ([redacted])");
    let bench = Bench::new([Reply::new(200, r#"{"status":"expired"}"#)]);
    assert!(matches!(bench.finished().await.unwrap_err(), Error::Expired));
}

#[tokio::test]
async fn answers_outside_the_contract_are_refused() {
    for text in ["", "{}", "[", r#"{"package_id":"../x"}"#] {
        let bench = Bench::new([Reply::new(200, text)]);
        assert!(matches!(bench.create().await.unwrap_err(), Error::Answer(_)), "{text}");
        let bench = Bench::new([Reply::new(200, text)]);
        assert!(
            matches!(bench.finished().await.unwrap_err(), Error::Answer(_)),
            "{text}"
        );
    }
    let bench = Bench::new([Reply::new(200, &" ".repeat((1 << 20) + 1))]);
    assert!(matches!(
        bench.create().await.unwrap_err(),
        Error::Answer("it is too long")
    ));
}

#[tokio::test]
async fn a_circle_of_redirects_ends() {
    let circle = |status| Reply::new(status, "").with_header("location", "{base}/create");
    let bench = Bench::new(vec![circle(307); 20]);
    let error = bench.create().await.unwrap_err();
    assert!(
        with_causes(&error).contains("too many redirects"),
        "{}",
        with_causes(&error)
    );
    assert_eq!(bench.server.requests().len(), 6);
    let bench = Bench::new(vec![circle(302); 20]);
    let error = bench.download(&bench.promised()).await.unwrap_err();
    assert!(
        with_causes(&error).contains("too many redirects"),
        "{}",
        with_causes(&error)
    );
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
fn only_web_services_are_asked() {
    let connection = Connection {
        private_ca_pem: None,
        route: Route::Direct,
    };
    let open = |url: &str| Service::new(&Url::parse(url).unwrap(), &connection, Arc::new(TokioPause), None);
    for url in ["file:///x", "ftp://x", "unix:/x", "https://user@example.com", "data:x"] {
        assert!(matches!(open(url), Err(Error::Url)), "{url}");
    }
    assert!(!open("https://example.com").unwrap().is_in_the_clear());
    assert!(!open("http://localhost:1").unwrap().is_in_the_clear());
    assert!(!open("http://127.0.0.2").unwrap().is_in_the_clear());
    assert!(!open("http://[::1]").unwrap().is_in_the_clear());
    assert!(open("http://example.com").unwrap().is_in_the_clear());
}

#[test]
fn a_service_over_tls_does_not_send_the_package_without() {
    let connection = Connection {
        private_ca_pem: None,
        route: Route::Direct,
    };
    let base = Url::parse("https://pkg.example.com").unwrap();
    let service = Service::new(&base, &connection, Arc::new(TokioPause), None).unwrap();
    assert!(service.download_url("https://cdn.example.com/x").is_ok());
    for url in ["http://pkg.example.com/x", "file:///x", "/download/x", ""] {
        assert!(service.download_url(url).is_err(), "{url}");
    }
}

#[test]
fn private_authorities_must_be_certificates() {
    let of = |pem: &[u8]| {
        let connection = Connection {
            private_ca_pem: Some(pem.to_vec()),
            route: Route::Direct,
        };
        Service::new(
            &Url::parse("https://x").unwrap(),
            &connection,
            Arc::new(TokioPause),
            None,
        )
        .map(|_| ())
    };
    let pem = rcgen::generate_simple_self_signed(["x".to_owned()]).unwrap().cert.pem();
    assert!(of(pem.as_bytes()).is_ok());
    for pem in [
        &b""[..],
        b"no PEM",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        assert!(matches!(of(pem), Err(Error::Setup("--remote-ca", _))));
    }
}
