//! Downloads beside nginx, which serves the same bytes as a file, and many at once.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ClientConfig, ClientConnection, StreamOwned};
use serde_json::{Value, json};

use crate::report::{Summary, figure, float};
use crate::service::Service;

const RUNS: usize = 15;
const CROWD: usize = 200;

/// Whom to download from, and how it is spoken to.
#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    pub tls: Option<Arc<ClientConfig>>,
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

impl Server {
    fn connect(&self) -> Box<dyn Stream> {
        let stream = TcpStream::connect(self.address).unwrap();
        match &self.tls {
            None => Box::new(stream),
            Some(config) => {
                let name = "localhost".try_into().unwrap();
                let session = ClientConnection::new(Arc::clone(config), name).unwrap();
                Box::new(StreamOwned::new(session, stream))
            }
        }
    }
}

/// nginx with one file. It ends with this value.
struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    /// `tls` is what makes it speak TLS: its directives.
    fn start(root: &Path, file: &Path, tls: Option<&str>) -> Self {
        std::fs::create_dir_all(root.join("www")).unwrap();
        std::fs::hard_link(file, root.join("www/package.deb")).unwrap();
        // A free port: bound here, given up, and taken by nginx.
        let address = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let (ssl, directives) = tls.map_or(("", ""), |directives| ("ssl", directives));
        let config = format!(
            "daemon off; user root; worker_processes auto; pid {root}/pid; error_log stderr crit;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; \
             server {{ listen {address} {ssl}; {directives} root {root}/www; }} }}\n",
            root = root.display()
        );
        std::fs::write(root.join("nginx.conf"), config).unwrap();
        let child = Command::new("nginx")
            .arg("-p")
            .arg(root)
            .arg("-c")
            .arg(root.join("nginx.conf"))
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "nginx does not listen");
            thread::yield_now();
        }
        Self { child, address }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}

/// A download under way: the body has begun.
struct Download {
    stream: Box<dyn Stream>,
    left: u64,
}

impl Download {
    fn begin(server: &Server, path: &str) -> Self {
        let mut stream = server.connect();
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        assert!(head.starts_with("http/1.1 200"), "{head}");
        let (_, length) = head.split_once("content-length: ").unwrap();
        let left = length.lines().next().unwrap().parse().unwrap();
        Self { stream, left }
    }

    /// Reads up to so many bytes, and returns whether there are more.
    fn read(&mut self, most: u64) -> bool {
        let mut buffer = vec![0; 256 << 10];
        let mut wanted = most.min(self.left);
        while wanted > 0 {
            let size = usize::try_from(wanted).unwrap().min(buffer.len());
            let read = self.stream.read(&mut buffer[..size]).unwrap() as u64;
            assert!(read > 0, "a download broke off");
            wanted -= read;
            self.left -= read;
        }
        self.left > 0
    }
}

/// The time in which each of so many clients downloads once.
fn together(server: &Server, path: &str, clients: usize) -> Duration {
    let barrier = Barrier::new(clients + 1);
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                barrier.wait();
                Download::begin(server, path).read(u64::MAX);
            });
        }
        barrier.wait();
        // The scope waits for all of them.
        Instant::now()
    })
    .elapsed()
}

/// Compares the service with nginx, both as they are or both over TLS; runs alternate, so that both meet the same machine.
/// `nginx_tls` is what makes nginx speak TLS.
pub fn compare(folder: &Path, package: &Path, service: &Server, id: &str, nginx_tls: Option<&str>) {
    let (suffix, goal) = match nginx_tls {
        None => ("", json!({"goal": ">= 0.9"})),
        Some(_) => ("_tls", json!({})),
    };
    let nginx = Nginx::start(&folder.join(format!("nginx{suffix}")), package, nginx_tls);
    let theirs = Server {
        address: nginx.address,
        tls: service.tls.clone(),
    };
    let path = format!("/download/{id}");
    let size_mb = float(usize::try_from(std::fs::metadata(package).unwrap().len()).unwrap()) / 1e6;
    for clients in [1, 8] {
        let (mut of_ours, mut of_theirs) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            of_ours.push(together(service, &path, clients));
            of_theirs.push(together(&theirs, "/package.deb", clients));
        }
        let rate = |times| size_mb * float(clients) / Summary::of(times).p50();
        let (ours, theirs) = (rate(of_ours), rate(of_theirs));
        let more = json!({"clients": clients, "runs": RUNS});
        figure(&format!("download{suffix}"), ours, "MB/s", more.clone());
        figure(&format!("download{suffix}_nginx"), theirs, "MB/s", more);
        let mut more = json!({"clients": clients});
        if let (Value::Object(more), Value::Object(goal)) = (&mut more, goal.clone()) {
            more.extend(goal);
        }
        figure(&format!("download{suffix}_over_nginx"), ours / theirs, "ratio", more);
    }
}

/// The memory of many downloads at once: all have begun, all are half done.
pub fn crowd(service: &Service, server: &Server, id: &str) {
    let path = format!("/download/{id}");
    let before = service.resident_mb();
    service.peak_resident_mb();
    let mut downloads: Vec<_> = (0..CROWD).map(|_| Download::begin(server, &path)).collect();
    let half = downloads[0].left / 2;
    for download in &mut downloads {
        assert!(download.read(half));
    }
    let during = service.resident_mb();
    for download in &mut downloads {
        assert!(!download.read(u64::MAX));
    }
    let more = json!({"downloads": CROWD, "before": before, "peak": service.peak_resident_mb()});
    let suffix = if server.tls.is_some() { "_tls" } else { "" };
    figure(&format!("resident_during_downloads{suffix}"), during, "MB", more);
}
