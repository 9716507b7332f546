//! A time-stamping authority: `openssl ts` behind a web server.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};
use url::Url;

use crate::answers::HangUp;
use crate::fault::Fault;
use crate::identity::openssl;

const CONFIGURATION: &str = "\
[ tsa ]
default_tsa = tsa_config
[ tsa_config ]
serial = ./serial
signer_cert = ./tsa.pem
certs = ./tsa.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha384
accuracy = secs:1
ess_cert_id_alg = sha256
";

struct Shared {
    folder: TempDir,
    faults: Mutex<Vec<Fault>>,
    requests: Mutex<usize>,
}

/// A time-stamping authority on the loopback interface, with a certificate of its own.
pub struct TimeStampServer {
    shared: Arc<Shared>,
    address: SocketAddr,
    accepting: AbortHandle,
}

impl TimeStampServer {
    /// Starts one, which answers after it has failed in these ways.
    pub async fn start(faults: Vec<Fault>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("ts.cnf"), CONFIGURATION).unwrap();
        std::fs::write(path("serial"), "01").unwrap();
        let (certificate, key) = (path("tsa.pem"), path("tsa.key"));
        openssl(&[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=Test time stamps",
            "-config",
            "/dev/null",
            "-keyout",
            &key,
            "-out",
            &certificate,
            "-addext",
            "extendedKeyUsage=critical,timeStamping",
            "-addext",
            "keyUsage=critical,digitalSignature",
        ]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            folder,
            faults: Mutex::new(faults.into_iter().rev().collect()),
            requests: Mutex::default(),
        });
        let accepting = tokio::spawn(accept(Arc::clone(&shared), listener)).abort_handle();
        Self {
            shared,
            address,
            accepting,
        }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> Url {
        format!("http://{}/tsa", self.address).parse().unwrap()
    }

    /// Its certificate, in PEM.
    #[must_use]
    pub fn certificate_pem(&self) -> String {
        std::fs::read_to_string(self.shared.folder.path().join("tsa.pem")).unwrap()
    }

    /// How often it was asked.
    #[must_use]
    pub fn requests(&self) -> usize {
        *self.shared.requests.lock().unwrap()
    }
}

impl Drop for TimeStampServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            let service = service_fn(|request| answer(Arc::clone(&shared), request));
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, HangUp> {
    *shared.requests.lock().unwrap() += 1;
    let fault = shared.faults.lock().unwrap().pop();
    let is_query = request
        .headers()
        .get("content-type")
        .is_some_and(|kind| kind == "application/timestamp-query");
    let query = request.into_body().collect().await.map_err(|_| HangUp)?.to_bytes();
    let respond = |status: u16, body: Vec<u8>| {
        let response = Response::builder()
            .status(status)
            .header("content-type", "application/timestamp-reply");
        Ok(response.body(Full::from(body)).unwrap())
    };
    match fault {
        None if is_query => {
            let folder = shared.folder.path().to_owned();
            let reply = tokio::task::spawn_blocking(move || reply(&folder, &query))
                .await
                .unwrap();
            respond(200, reply)
        }
        None => respond(415, Vec::new()),
        Some(Fault::Status(status)) => respond(status, Vec::new()),
        Some(Fault::Garbage) => respond(200, b"<html>".to_vec()),
        Some(_) => Err(HangUp),
    }
}

/// The reply to a query. One at a time, for they count serial numbers in a file.
fn reply(folder: &Path, query: &[u8]) -> Vec<u8> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    std::fs::write(folder.join("query"), query).unwrap();
    let output = std::process::Command::new("openssl")
        .args([
            "ts",
            "-reply",
            "-config",
            "ts.cnf",
            "-queryfile",
            "query",
            "-out",
            "reply",
        ])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    std::fs::read(folder.join("reply")).unwrap()
}
