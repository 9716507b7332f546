//! A client that speaks TLS and reads as it likes.

use std::io;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::authority::Authority;
use crate::abuse::wire::Wire;
use crate::harness::Service;

/// A connection inside TLS.
pub struct Secure(pub TlsStream<TcpStream>);

impl Secure {
    pub async fn open(service: &Service, authority: &Authority) -> Self {
        Self::try_from_client(service, authority.client_config(), 1)
            .await
            .unwrap()
    }

    /// A connection from 127.0.0.`client`.
    pub async fn try_from_client(service: &Service, config: ClientConfig, client: u8) -> io::Result<Self> {
        let stream = Wire::try_from_client(service, client).await?.stream;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .map(Self)
    }

    /// The serial number of the certificate that the service showed.
    pub fn certificate(&self) -> Vec<u8> {
        self.0.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    }

    pub async fn send(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// Asks, and returns the answer's head; its body stays on the wire.
    pub async fn begin(&mut self, path: &str) -> String {
        self.send(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"))
            .await;
        self.head().await
    }

    pub async fn head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(self.0.read_u8().await.unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    /// Asks `/healthz`, whose body it reads.
    pub async fn is_served(&mut self) -> bool {
        let head = self.begin("/healthz").await.to_lowercase();
        let length = head
            .split("content-length: ")
            .nth(1)
            .map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await.unwrap();
        head.starts_with("http/1.1 200 ")
    }
}
