//! The client against a scripted service.

mod beside;
mod download;
mod exchange;
mod hostile;
mod tls;
mod trust;

use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use packager_api::{CreateRequest, Success};
use packager_artifact::Sha256Digest;
use uuid::Uuid;

use super::test_server::{Reply, TestServer};
use super::*;
use crate::exit_status::ExitStatus;
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
        Self::with(replies, Timeouts::default())
    }

    fn with(replies: impl IntoIterator<Item = Reply>, timeouts: Timeouts) -> Self {
        let server = TestServer::new(replies);
        let pauses = Arc::new(Recorder::default());
        let connection = Connection {
            timeouts,
            ..Connection::by(Route::Direct)
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
            signature_url: None,
            profile_url: None,
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
async fn a_path_in_the_services_url_is_kept() {
    let server = TestServer::new([created()]);
    let connection = Connection::by(Route::Direct);
    let url = server.url().join("fleet/packager").unwrap();
    let service = Service::new(&url, &connection, Arc::new(Recorder::default()), None).unwrap();
    service.create(&CreateRequest::default()).await.unwrap();
    assert_eq!(server.requests()[0].line(), "POST /fleet/packager/create HTTP/1.1");
}

#[test]
fn only_web_services_are_asked() {
    let connection = Connection::by(Route::Direct);
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
fn private_authorities_must_be_certificates() {
    let of = |pem: &[u8]| {
        let connection = Connection {
            private_ca_pem: Some(pem.to_vec()),
            ..Connection::by(Route::Direct)
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
        assert!(matches!(of(pem), Err(Error::Flag("--remote-ca", _))));
    }
}
