//! A web server on the loopback interface that can misbehave.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use url::Url;

/// What to answer.
pub enum Answer {
    File(Vec<u8>),
    Status(u16),
    Redirect(String),
    /// Zeros without end, and without a length.
    Endless,
    /// Promises `promised` bytes, sends these, and hangs up.
    Short {
        promised: usize,
        sent: Vec<u8>,
    },
    /// Sends these without a length, and hangs up.
    Unmeasured(Vec<u8>),
    /// Sends a byte of a long body, tells the notification, and falls silent.
    Stall(Arc<Notify>),
    /// Sends a byte a second of a long body, and tells the notification when it begins.
    Trickle(Arc<Notify>),
    /// Valid JSON of this length, in bytes.
    HugeJson(u64),
    /// Waits for the notification, then sends these.
    Held(Arc<Notify>, Vec<u8>),
    /// Sends a half of these, waits for the notification, and sends the other.
    Halves(Arc<Notify>, Vec<u8>),
    /// Sends a half of these, waits for the notification, and hangs up.
    Half(Arc<Notify>, Vec<u8>),
}

pub struct Server {
    pub url: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers each path, which starts with a slash, as `answer` says.
    pub async fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        let seen = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, seen) = (Arc::clone(&answer), Arc::clone(&seen));
                tokio::spawn(async move {
                    // A client that hangs up is no failure of the server.
                    let _ = converse(stream, &*answer, &seen).await;
                });
            }
        });
        Self {
            url: url.parse().unwrap(),
            requests,
        }
    }

    /// Serves a folder.
    pub async fn folder(folder: &std::path::Path) -> Self {
        let folder = folder.to_owned();
        Self::start(move |path| file(&folder, path)).await
    }

    /// The paths asked for so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    pub fn forget_requests(&self) {
        self.requests.lock().unwrap().clear();
    }
}

/// The answer of a well-behaved server.
pub fn file(folder: &std::path::Path, path: &str) -> Answer {
    let path = path.trim_start_matches('/').replace("%2B", "+");
    match std::fs::read(folder.join(path)) {
        Ok(content) => Answer::File(content),
        Err(_) => Answer::Status(404),
    }
}

async fn converse(
    mut stream: TcpStream,
    answer: &(impl Fn(&str) -> Answer + Send + Sync),
    seen: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    seen.lock().unwrap().push(path.clone());
    match answer(&path) {
        Answer::File(content) => whole(&mut stream, &content).await,
        Answer::Status(status) => {
            let head = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        Answer::Redirect(to) => {
            let head = format!("HTTP/1.1 302 X\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await
        }
        Answer::Endless => {
            stream.write_all(UNMEASURED).await?;
            loop {
                stream.write_all(&[b' '; 4096]).await?;
            }
        }
        Answer::Short { promised, sent } => {
            stream.write_all(&measured(promised)).await?;
            stream.write_all(&sent).await
        }
        Answer::Unmeasured(content) => {
            stream.write_all(UNMEASURED).await?;
            stream.write_all(&content).await
        }
        Answer::Stall(started) => {
            stream.write_all(&measured(1 << 20)).await?;
            stream.write_all(b"x").await?;
            started.notify_one();
            std::future::pending().await
        }
        Answer::Trickle(started) => {
            stream.write_all(&measured(1 << 20)).await?;
            started.notify_one();
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            }
        }
        Answer::HugeJson(size_bytes) => {
            stream.write_all(UNMEASURED).await?;
            stream.write_all(b"{\"signatures\":[],\"signed\":{\"x\":[0").await?;
            for _ in 0..size_bytes / 4096 {
                stream.write_all(&b",0".repeat(2048)).await?;
            }
            stream.write_all(b"]}}").await
        }
        Answer::Halves(go, content) => {
            let (one, other) = content.split_at(content.len() / 2);
            stream.write_all(&measured(content.len())).await?;
            stream.write_all(one).await?;
            go.notified().await;
            stream.write_all(other).await
        }
        Answer::Half(go, content) => {
            let (half, _) = content.split_at(content.len() / 2);
            stream.write_all(&measured(content.len())).await?;
            stream.write_all(half).await?;
            go.notified().await;
            Ok(())
        }
        Answer::Held(go, content) => {
            go.notified().await;
            whole(&mut stream, &content).await
        }
    }
}

const UNMEASURED: &[u8] = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";

fn measured(length: usize) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n").into_bytes()
}

async fn whole(stream: &mut TcpStream, content: &[u8]) -> std::io::Result<()> {
    stream.write_all(&measured(content.len())).await?;
    stream.write_all(content).await
}
