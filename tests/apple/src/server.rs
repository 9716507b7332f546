//! The server that is all of Apple's.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use packager_clock::Clock;
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use url::Url;

use crate::answers::{Answer, HangUp, plain, refused, s3_error};
use crate::fault::{Endpoint, Fault};
use crate::state::{State, Verdict};
use crate::token::Account;
use crate::{notary, ticket, upload};

const API: &str = "/notary/v2/";
const UPLOADS: &str = "/s3/";
const TICKETS: &str = "/tickets/records/lookup";
const LOGS: &str = "/logs/";

pub(crate) struct Shared {
    pub(crate) account: Account,
    pub(crate) clock: Arc<dyn Clock>,
    address: SocketAddr,
    state: Mutex<State>,
    /// Told when a request begins that will not be answered.
    stalled: Notify,
}

impl Shared {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }
}

/// Apple's Notary API, upload target and ticket service, on one port of the loopback interface.
pub struct Apple {
    shared: Arc<Shared>,
    key_pem: String,
    accepting: Option<AbortHandle>,
}

impl Apple {
    /// Starts with a new account, whose tokens are checked against `clock`.
    pub async fn start(clock: Arc<dyn Clock>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref()).unwrap();
        let shared = Arc::new(Shared {
            account: Account {
                key_id: "2X9R4HXF34".to_owned(),
                issuer: "57246542-96fe-1a63-e053-0824d011072a".to_owned(),
                public_key: pair.public_key().as_ref().to_vec(),
            },
            clock,
            address: listener.local_addr().unwrap(),
            state: Mutex::default(),
            stalled: Notify::new(),
        });
        let base64 = STANDARD.encode(pkcs8.as_ref());
        Self {
            key_pem: format!("-----BEGIN PRIVATE KEY-----\n{base64}\n-----END PRIVATE KEY-----\n"),
            accepting: Some(accept(Arc::clone(&shared), listener)),
            shared,
        }
    }

    /// Stops: every connection breaks, and none is taken. What is known is kept.
    pub fn stop(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
        }
    }

    /// Starts again, at the same address.
    pub async fn start_again(&mut self) {
        self.stop();
        // The task that was aborted lets go of the port when it is next looked at.
        let listener = loop {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(true).unwrap();
            if socket.bind(self.shared.address).is_ok()
                && let Ok(listener) = socket.listen(64)
            {
                break listener;
            }
            tokio::task::yield_now().await;
        };
        self.accepting = Some(accept(Arc::clone(&self.shared), listener));
    }

    /// The account's key (`.p8`), key ID and issuer ID.
    #[must_use]
    pub fn key(&self) -> (&str, &str, &str) {
        let Shared { account, .. } = &*self.shared;
        (&self.key_pem, &account.key_id, &account.issuer)
    }

    /// The Notary API.
    #[must_use]
    pub fn api_url(&self) -> Url {
        self.at(API)
    }

    /// The S3 endpoint.
    #[must_use]
    pub fn upload_url(&self) -> Url {
        self.at(UPLOADS)
    }

    /// The ticket service.
    #[must_use]
    pub fn ticket_url(&self) -> Url {
        self.at(TICKETS)
    }

    fn at(&self, path: &str) -> Url {
        self.shared.url(path.trim_start_matches('/')).parse().unwrap()
    }

    /// What comes of submissions, after they were said to be in progress `polls` times.
    pub fn decide(&self, verdict: Verdict, polls: usize) {
        let mut state = self.shared.state();
        state.verdict = verdict;
        state.polls_in_progress = polls;
    }

    /// Tickets are not there at the first `lookups` lookups.
    pub fn delay_tickets(&self, lookups: usize) {
        self.shared.state().ticket_lag = lookups;
    }

    /// The next requests of an endpoint fail so, one after the other.
    pub fn fail(&self, endpoint: Endpoint, faults: impl IntoIterator<Item = Fault>) {
        self.shared.state().faults.entry(endpoint).or_default().extend(faults);
    }

    /// Waits until a request meets [`Fault::Stall`].
    pub async fn stalled(&self) {
        self.shared.stalled.notified().await;
    }

    /// How many submissions were made.
    #[must_use]
    pub fn submissions(&self) -> usize {
        self.shared.state().submissions.len()
    }

    /// How many packages were uploaded to their end.
    #[must_use]
    pub fn uploads(&self) -> usize {
        self.shared.state().uploads
    }

    /// How often an endpoint was asked.
    #[must_use]
    pub fn requests(&self, endpoint: Endpoint) -> usize {
        self.shared.state().requests.get(&endpoint).copied().unwrap_or_default()
    }

    /// What was wrong with what came.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.shared.state().complaints.clone()
    }

    /// The ticket of a package.
    #[must_use]
    pub fn ticket_of(package: &[u8]) -> Vec<u8> {
        ticket::ticket(&ticket::record_name(package).unwrap())
    }
}

impl Drop for Apple {
    fn drop(&mut self) {
        self.stop();
    }
}

fn accept(shared: Arc<Shared>, listener: TcpListener) -> AbortHandle {
    let accepting = tokio::spawn(async move {
        // They end with this task.
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            let shared = Arc::clone(&shared);
            connections.spawn(async move {
                let service = service_fn(|request| answer(Arc::clone(&shared), request));
                // A client that goes away is no failure of the server.
                let _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    accepting.abort_handle()
}

async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Answer, HangUp> {
    let (parts, mut body) = request.into_parts();
    let request = Request::from_parts(parts, ());
    let path = request.uri().path().to_owned();
    let endpoint = match path.strip_prefix(API) {
        Some(path) => notary::endpoint(request.method(), path),
        None if path.starts_with(UPLOADS) && request.method() == "PUT" => Some(Endpoint::Upload),
        None if path == TICKETS && request.method() == "POST" => Some(Endpoint::Ticket),
        None if path.starts_with(LOGS) && request.method() == "GET" => Some(Endpoint::DeveloperLog),
        None => None,
    };
    let Some(endpoint) = endpoint else {
        shared
            .state()
            .complain(format!("{} {path} is nothing", request.method()));
        return Ok(plain(404, ""));
    };
    let fault = {
        let mut state = shared.state();
        *state.requests.entry(endpoint).or_default() += 1;
        state
            .faults
            .get_mut(&endpoint)
            .and_then(std::collections::VecDeque::pop_front)
    };
    let until = match fault {
        Some(Fault::HangUpWithin(bytes)) => bytes,
        _ => usize::MAX,
    };
    if fault == Some(Fault::Stall) {
        shared.stalled.notify_one();
        return std::future::pending().await;
    }
    let body = read(&mut body, until).await?;
    let done = || match endpoint {
        Endpoint::Submit | Endpoint::Status | Endpoint::Logs => notary::answer(&shared, endpoint, &request, &body),
        Endpoint::DeveloperLog => notary::developer_log(&shared, &request),
        Endpoint::Upload => upload::answer(&shared, path.strip_prefix(UPLOADS).unwrap_or_default(), &request, &body),
        Endpoint::Ticket => ticket::answer(&shared, &body),
    };
    match fault {
        None => Ok(done()),
        Some(Fault::Status(status)) => Ok(refused(status, "FAULT")),
        Some(Fault::Busy(status, retry_after)) => Ok(Response::builder()
            .status(status)
            .header("retry-after", retry_after)
            .body(Bytes::new().into())
            .unwrap()),
        Some(Fault::Garbage) => Ok(plain(200, "<html>Welcome to the hotel's network</html>")),
        Some(Fault::ExpiredToken) => Ok(s3_error(400, "ExpiredToken")),
        Some(Fault::HangUpAfter) => {
            done();
            Err(HangUp)
        }
        Some(Fault::HangUp | Fault::HangUpWithin(_) | Fault::Stall) => Err(HangUp),
    }
}

/// The body to its end; hangs up behind `until` bytes.
async fn read(body: &mut Incoming, until: usize) -> Result<Bytes, HangUp> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| HangUp)?;
        if let Some(data) = frame.data_ref() {
            read.extend_from_slice(data);
        }
        if read.len() >= until {
            return Err(HangUp);
        }
    }
    Ok(read.into())
}
