//! Downloads beside nginx, which serves the same bytes as a file, and many at once.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::report::{Summary, figure, float};
use crate::service::Service;

const RUNS: usize = 15;
const CROWD: usize = 200;

/// nginx with one file. It ends with this value.
struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    fn start(folder: &Path, file: &Path) -> Self {
        let root = folder.join("nginx");
        std::fs::create_dir_all(root.join("www")).unwrap();
        std::fs::hard_link(file, root.join("www/package.deb")).unwrap();
        // A free port: bound here, given up, and taken by nginx.
        let address = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap();
        let config = format!(
            "daemon off; user root; worker_processes auto; pid {root}/pid; error_log stderr crit;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log off; sendfile on; tcp_nopush on; server {{ listen {address}; root {root}/www; }} }}\n",
            root = root.display()
        );
        std::fs::write(root.join("nginx.conf"), config).unwrap();
        let child = Command::new("nginx")
            .arg("-p")
            .arg(&root)
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
    stream: TcpStream,
    left: u64,
}

impl Download {
    fn begin(address: SocketAddr, path: &str) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
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
fn together(address: SocketAddr, path: &str, clients: usize) -> Duration {
    let barrier = Barrier::new(clients + 1);
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                barrier.wait();
                Download::begin(address, path).read(u64::MAX);
            });
        }
        barrier.wait();
        // The scope waits for all of them.
        Instant::now()
    })
    .elapsed()
}

/// Compares the service with nginx; runs alternate, so that both meet the same machine.
pub fn compare(folder: &Path, deb: &Path, service: &Service, id: &str) {
    let nginx = Nginx::start(folder, deb);
    let path = format!("/download/{id}");
    let size_mb = float(usize::try_from(std::fs::metadata(deb).unwrap().len()).unwrap()) / 1e6;
    for clients in [1, 8] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            ours.push(together(service.address, &path, clients));
            theirs.push(together(nginx.address, "/package.deb", clients));
        }
        let rate = |times| size_mb * float(clients) / Summary::of(times).p50();
        let (ours, theirs) = (rate(ours), rate(theirs));
        let more = json!({"clients": clients, "runs": RUNS});
        figure("download", ours, "MB/s", more.clone());
        figure("download_nginx", theirs, "MB/s", more);
        let more = json!({"clients": clients, "goal": ">= 0.9"});
        figure("download_over_nginx", ours / theirs, "ratio", more);
    }
}

/// The memory of many downloads at once: all have begun, all are half done.
pub fn crowd(service: &Service, id: &str) {
    let path = format!("/download/{id}");
    let before = service.resident_mb();
    service.peak_resident_mb();
    let mut downloads: Vec<_> = (0..CROWD).map(|_| Download::begin(service.address, &path)).collect();
    let half = downloads[0].left / 2;
    for download in &mut downloads {
        assert!(download.read(half));
    }
    let during = service.resident_mb();
    for download in &mut downloads {
        assert!(!download.read(u64::MAX));
    }
    let more = json!({"downloads": CROWD, "before": before, "peak": service.peak_resident_mb()});
    figure("resident_during_downloads", during, "MB", more);
}
