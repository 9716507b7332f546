//! A loopback HTTP server that answers connections with what it was given, in turn.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use url::Url;

/// One answer. `{base}` in header values and the body stands for the server's URL without a slash at the end.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// What `Content-Length` claims beyond the body, before the connection is closed.
    missing_bytes: usize,
    end: End,
}

/// How an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The connection is closed.
    Close,
    /// Nothing more comes, and the connection stays.
    Stall,
    /// It does not: the body comes again and again, as long as anybody listens.
    Never,
}

impl Reply {
    pub(crate) fn new(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
            missing_bytes: 0,
            end: End::Close,
        }
    }

    /// Closes the connection without a word.
    pub(crate) fn hang_up() -> Self {
        Self::new(0, "")
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// An answer that ends early.
    pub(crate) fn broken(body: &str) -> Self {
        Self {
            missing_bytes: 7,
            ..Self::new(200, body)
        }
    }

    pub(crate) fn missing(mut self, bytes: usize) -> Self {
        self.missing_bytes = bytes;
        self
    }

    /// Sends nothing more, and does not close the connection, until the server is dropped.
    pub(crate) fn stalling(mut self) -> Self {
        self.end = End::Stall;
        self
    }

    /// Sends the body for ever, without saying how long it is.
    pub(crate) fn endless(mut self) -> Self {
        self.end = End::Never;
        self
    }

    fn write(&self, base: &str, stream: &mut TcpStream) -> std::io::Result<()> {
        if self.status == 0 {
            return Ok(());
        }
        let body = match std::str::from_utf8(&self.body) {
            Ok(text) => text.replace("{base}", base).into_bytes(),
            Err(_) => self.body.clone(),
        };
        let mut head = format!("HTTP/1.1 {} Status\r\nconnection: close\r\n", self.status);
        if self.status != 204 && self.end != End::Never {
            let _ = write!(head, "content-length: {}\r\n", body.len() + self.missing_bytes);
        }
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {}\r\n", value.replace("{base}", base));
        }
        stream.write_all((head + "\r\n").as_bytes())?;
        stream.write_all(&body)?;
        if self.end == End::Never {
            loop {
                stream.write_all(&body)?;
            }
        }
        Ok(())
    }
}

/// What was asked.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    head: String,
    pub(crate) body: String,
}

impl Request {
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    }
}

pub(crate) struct TestServer {
    address: SocketAddr,
    /// Says that an answer has been written.
    written: Mutex<Receiver<()>>,
    requests: Arc<Mutex<Vec<Request>>>,
    /// Connections that stay.
    _stalled: Arc<Mutex<Vec<TcpStream>>>,
}

impl TestServer {
    /// Answers with `replies` in turn, and then no more. The last one is not repeated.
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stalled = Arc::new(Mutex::new(Vec::new()));
        let (writes, written) = channel();
        let server = Self {
            address,
            written: Mutex::new(written),
            requests: Arc::clone(&requests),
            _stalled: Arc::clone(&stalled),
        };
        let stalled = Arc::downgrade(&stalled);
        let replies: Vec<_> = replies.into_iter().collect();
        let base = format!("http://{address}");
        thread::spawn(move || {
            for reply in replies {
                let Ok((mut stream, _)) = listener.accept() else { return };
                if let Ok(request) = read(&stream) {
                    requests.lock().unwrap().push(request);
                }
                let _ = reply.write(&base, &mut stream);
                let _ = writes.send(());
                if let (End::Stall, Some(stalled)) = (reply.end, stalled.upgrade()) {
                    stalled.lock().unwrap().push(stream);
                }
            }
        });
        server
    }

    pub(crate) fn url(&self) -> Url {
        Url::parse(&format!("http://{}", self.address)).unwrap()
    }

    /// Waits until so many more answers have been written.
    pub(crate) fn answered(&self, count: usize) {
        let written = self.written.lock().unwrap();
        assert_eq!(written.iter().take(count).count(), count);
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while reader.read_line(&mut head)? > 2 {}
    let mut request = Request {
        head: head.replace("\r\n", "\n"),
        body: String::new(),
    };
    let length = request.header("content-length").and_then(|length| length.parse().ok());
    reader.take(length.unwrap_or(0)).read_to_string(&mut request.body)?;
    Ok(request)
}
