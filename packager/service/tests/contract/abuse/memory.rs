//! Memory under thousands of connections. Each is measured in a process of its own: this program, started again for one
//! test that is not run otherwise.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::wire::{Wire, assert_others_go_on, large_package};
use crate::harness::{Service, deb};

const IDLE: usize = 5000;
const DOWNLOADS: usize = 200;

#[test]
fn thousands_of_idle_connections_take_little_and_others_go_on() {
    alone("abuse::memory::idle_connections");
}

#[test]
fn hundreds_of_slow_downloads_take_little_and_others_go_on() {
    alone("abuse::memory::slow_downloads");
}

/// Runs an ignored test by itself.
fn alone(name: &str) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--ignored", "--nocapture", "--test-threads", "1"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("1 passed"), "{text}");
    report(&text);
}

/// Says what was measured.
fn report(text: &str) {
    std::io::stdout().write_all(text.as_bytes()).unwrap();
}

/// Resident memory of this process, in KiB.
fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// The median time of creating and downloading a small package, in the presence of others.
async fn latency(service: &Service) -> Duration {
    let mut times = Vec::new();
    for _ in 0..9 {
        let begin = Instant::now();
        assert_others_go_on(service).await;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    times[times.len() / 2]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by thousands_of_idle_connections_take_little_and_others_go_on"]
async fn idle_connections() {
    // Half of them ask something first; none of them may end by itself meanwhile.
    let settings = [
        ("max_connections", "6000"),
        ("client_timeout", "1h"),
        ("keep_alive", "1h"),
    ];
    let service = Service::with(&settings).await;
    service.build(&deb()).await;
    let before = resident_kib();
    let quiet = latency(&service).await;
    let mut held = Vec::with_capacity(IDLE);
    for number in 0..IDLE {
        // A hundred clients, each with less than it may have.
        let client = u8::try_from(number % 100 + 2).unwrap();
        let mut wire = Wire::try_from_client(&service, client).await.unwrap();
        if number % 2 == 0 {
            assert_eq!(wire.get("/healthz").await.status, 200);
        }
        held.push(wire);
    }
    while service.metric("packager_connections{listener=\"public\"}").await < IDLE as u64 {
        tokio::task::yield_now().await;
    }
    let each = resident_kib().saturating_sub(before) / IDLE;
    let crowded = latency(&service).await;
    report(&format!(
        "{each} KiB for each of {IDLE} idle connections; create and download {quiet:?}, then {crowded:?}"
    ));
    assert!(each <= 40, "{each} KiB for each idle connection");
    assert!(
        crowded < quiet * 5 + Duration::from_millis(500),
        "{quiet:?}, then {crowded:?}"
    );
    for wire in held.iter_mut().step_by(500) {
        assert_eq!(wire.get("/healthz").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "run by hundreds_of_slow_downloads_take_little_and_others_go_on"]
async fn slow_downloads() {
    let settings = [("deb_compression", "gzip"), ("download_idle_timeout", "1h")];
    let mut service = Service::with(&settings).await;
    let id = large_package(&mut service, 32).await;
    assert_eq!(service.download(&id).await.status(), 200);
    let quiet = latency(&service).await;
    let before = resident_kib();
    let mut held = Vec::with_capacity(DOWNLOADS);
    for number in 0..DOWNLOADS {
        let client = u8::try_from(number % 100 + 2).unwrap();
        let mut wire = Wire::try_from_client(&service, client).await.unwrap();
        wire.send(format!("GET /download/{id} HTTP/1.1\r\nhost: a\r\n\r\n"))
            .await;
        assert_eq!(wire.begin_answer().await, 200);
        held.push(wire);
    }
    let each = resident_kib().saturating_sub(before) / DOWNLOADS;
    let crowded = latency(&service).await;
    report(&format!(
        "{each} KiB for each of {DOWNLOADS} stalled downloads; create and download {quiet:?}, then {crowded:?}"
    ));
    assert!(each <= 256, "{each} KiB for each stalled download");
    assert!(
        crowded < quiet * 5 + Duration::from_millis(500),
        "{quiet:?}, then {crowded:?}"
    );
}
