//! An update repository behind TLS, and proxies that write down what they are asked.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// A private authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key, as PEM.
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
    config: (Vec<u8>, Vec<u8>),
}

/// Whether the server asks who comes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    Nobody,
    ForACertificate,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(crate) fn issue(&self, name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Identity {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            config: (certificate.der().to_vec(), key.serialize_der()),
        }
    }

    /// Serves a folder over TLS; the port.
    pub(crate) fn serve(&self, folder: &Path, asks: Asks) -> u16 {
        let provider = Arc::new(default_provider());
        let (certificate, key) = self.issue("127.0.0.1").config;
        let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let config = match asks {
            Asks::Nobody => config.with_no_client_auth(),
            Asks::ForACertificate => {
                let mut roots = RootCertStore::empty();
                roots.add(self.0.der().clone()).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                config.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
        let config = Arc::new(config.with_single_cert(vec![certificate.into()], key).unwrap());
        let folder = folder.to_owned();
        listen(move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = StreamOwned::new(connection, stream);
            let head = read_head(&mut stream)?;
            answer(&mut stream, &folder, &path_of(&head))?;
            stream.conn.send_close_notify();
            stream.flush()
        })
    }
}

/// Serves a folder in the clear; the port.
pub(crate) fn serve_in_the_clear(folder: &Path) -> u16 {
    let folder = folder.to_owned();
    listen(move |mut stream| {
        let head = read_head(&mut stream)?;
        answer(&mut stream, &folder, &path_of(&head))
    })
}

/// What a proxy was asked: the first line, and the `Proxy-Authorization`.
pub(crate) type Asked = Vec<(String, Option<String>)>;

/// A proxy.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    asked: Arc<Mutex<Asked>>,
}

impl Proxy {
    /// Tunnels and forwards for whoever asks, or for nobody.
    pub(crate) fn start(refuses: bool) -> Self {
        let asked = Arc::new(Mutex::new(Asked::new()));
        let seen = Arc::clone(&asked);
        let port = listen(move |mut client| {
            let head = read_head(&mut client)?;
            let line = head.lines().next().unwrap_or_default().to_owned();
            let authorization = head.lines().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("proxy-authorization")
                    .then(|| value.to_owned())
            });
            seen.lock().unwrap().push((line.clone(), authorization));
            if refuses {
                return client.write_all(b"HTTP/1.1 407 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            }
            let target = line.split(' ').nth(1).unwrap_or_default();
            let Some(url) = target.strip_prefix("http://") else {
                let server = TcpStream::connect(target)?;
                client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                return tunnel(client, server);
            };
            let (address, path) = url.split_once('/').unwrap_or((url, ""));
            let mut server = TcpStream::connect(address)?;
            write!(server, "GET /{path} HTTP/1.1\r\nhost: {address}\r\n\r\n")?;
            io::copy(&mut server, &mut client).map(drop)
        });
        Self { port, asked }
    }

    pub(crate) fn asked(&self) -> Asked {
        self.asked.lock().unwrap().clone()
    }
}

fn tunnel(client: TcpStream, server: TcpStream) -> io::Result<()> {
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    let up = thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let (mut from_server, mut to_client) = (server, client);
    let copied = io::copy(&mut from_server, &mut to_client);
    let _ = to_client.shutdown(Shutdown::Both);
    let _ = up.join();
    copied.map(drop)
}

/// Converses with whoever comes, each on a thread. Who hangs up is no failure.
fn listen(converse: impl Fn(TcpStream) -> io::Result<()> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let converse = Arc::new(converse);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let converse = Arc::clone(&converse);
            thread::spawn(move || converse(stream));
        }
    });
    port
}

fn read_head(stream: &mut impl Read) -> io::Result<String> {
    let mut head = String::new();
    // Byte by byte: what follows the head is for the tunnel.
    let mut reader = BufReader::with_capacity(1, stream);
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(head)
}

fn path_of(head: &str) -> PathBuf {
    head.split(' ')
        .nth(1)
        .unwrap_or_default()
        .trim_start_matches('/')
        .into()
}

fn answer(stream: &mut impl Write, folder: &Path, path: &Path) -> io::Result<()> {
    let (status, body) = match fs::read(folder.join(path)) {
        Ok(content) => (200, content),
        Err(_) => (404, Vec::new()),
    };
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(&body)?;
    stream.flush()
}
