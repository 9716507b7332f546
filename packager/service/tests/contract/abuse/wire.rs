//! A client that writes and reads bytes as it likes.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::harness::{Service, deb_with, put};

/// How long something may take that should happen at once, or after a second, on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
pub struct Wire {
    pub stream: TcpStream,
    unread: Vec<u8>,
}

/// An answer: its status, its head as it came, and its body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// Asserts problem details with this status.
    pub fn assert_problem(&self, status: u16) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
    }
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The service said that nothing more comes.
    Closed,
    /// The service let go of it.
    Reset,
}

impl Wire {
    pub async fn open(service: &Service) -> Self {
        Self::to(service.address()).await
    }

    pub async fn to(address: SocketAddr) -> Self {
        Self::connect(address, 1).await.unwrap()
    }

    /// A connection from 127.0.0.`client`.
    pub async fn try_from_client(service: &Service, client: u8) -> io::Result<Self> {
        Self::connect(service.address(), client).await
    }

    async fn connect(address: SocketAddr, client: u8) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // So that the system does not read for the client.
        socket.set_recv_buffer_size(4096)?;
        socket.bind(SocketAddr::from((Ipv4Addr::new(127, 0, 0, client), 0)))?;
        let stream = socket.connect(address).await?;
        Ok(Self {
            stream,
            unread: Vec::new(),
        })
    }

    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.try_send(bytes).await.unwrap();
    }

    pub async fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> io::Result<()> {
        self.stream.write_all(bytes.as_ref()).await
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n")).await;
        self.answer().await
    }

    /// The next answer; none if the connection ends first.
    pub async fn try_answer(&mut self) -> Option<Answer> {
        let head = loop {
            if let Some(end) = self.unread.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break String::from_utf8(self.unread.drain(..end + 4).collect()).unwrap();
            }
            self.more().await.ok().filter(|count| *count > 0)?;
        };
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut answer = Answer {
            status,
            head,
            body: Vec::new(),
        };
        let length = answer
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        while self.unread.len() < length {
            self.more().await.ok().filter(|count| *count > 0)?;
        }
        answer.body = self.unread.drain(..length).collect();
        Some(answer)
    }

    pub async fn answer(&mut self) -> Answer {
        self.try_answer().await.expect("the connection ended before the answer")
    }

    /// The head of the next answer, whose body stays on the wire.
    pub async fn begin_answer(&mut self) -> u16 {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.stream.read_u8().await.unwrap());
        }
        String::from_utf8(head)
            .unwrap()
            .split(' ')
            .nth(1)
            .unwrap()
            .parse()
            .unwrap()
    }

    /// Reads until the connection ends.
    pub async fn end(&mut self) -> End {
        loop {
            match self.more().await {
                Ok(0) => return End::Closed,
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::TimedOut => panic!("the connection does not end"),
                Err(_) => return End::Reset,
            }
        }
    }

    async fn more(&mut self) -> io::Result<usize> {
        let mut piece = [0; 4096];
        let count = tokio::time::timeout(PATIENCE, self.stream.read(&mut piece)).await??;
        self.unread.extend_from_slice(&piece[..count]);
        Ok(count)
    }

    /// Waits until the connection has ended, without reading.
    pub async fn gone(&self) {
        let gone = async {
            // A connection that was reset has an error, or reads as ended once its bytes are read; its state is neither
            // readable nor writable any more without one.
            loop {
                self.stream.ready(tokio::io::Interest::ERROR).await.unwrap();
                if self.stream.take_error().unwrap().is_some() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, gone)
            .await
            .expect("the connection does not end");
    }
}

/// Builds a package that is longer than what the system holds between two ends, and returns its id.
pub async fn large_package(service: &mut Service, megabytes: usize) -> String {
    let mut state = 1_u64;
    let noise: Vec<u8> = (0..megabytes << 20)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect();
    put(&mut service.world.repository, "orbit/linux/large/orbit", &noise);
    service.world.repository.publish().unwrap();
    service.clock.advance(Duration::from_secs(300));
    let mut request = deb_with("orbit-channel", "large");
    request["retry"] = true.into();
    loop {
        let id = service.create(&request).await;
        if service.finished(&id).await["status"] == "success" {
            return id;
        }
    }
}

/// Asserts that other clients are served.
pub async fn assert_others_go_on(service: &Service) {
    let (id, _) = service
        .build(&deb_with("enroll_secret", uuid::Uuid::new_v4().to_string()))
        .await;
    assert_eq!(service.download(&id).await.bytes().await.unwrap()[..8], *b"!<arch>\n");
}
