//! What is left of a secret in the memory of the service.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use base64::Engine;

use crate::support::{Place, Service, only_package, stderr};

const MARKED_SECRET: &str = "marked-Zq7wXv3K9s-secret";
const MARKED_HOST: &str = "marked-tr4pd00r-host.example";

/// How often `needle` is in memory that the process can write, and where.
pub(crate) fn occurrences(pid: u32, needle: &[u8]) -> Vec<String> {
    let maps = fs::read_to_string(format!("/proc/{pid}/maps")).unwrap();
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
        if !rights.starts_with("rw") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(to - from).unwrap()];
        // A mapping may have gone meanwhile.
        if memory.read_exact_at(&mut bytes, from).is_err() {
            continue;
        }
        for at in memchr::memmem::find_iter(&bytes, needle) {
            let around = &bytes[at.saturating_sub(80)..(at + 80).min(bytes.len())];
            found.push(format!("{line} +{at:#x}: {:?}", String::from_utf8_lossy(around)));
        }
    }
    found
}

fn assert_forgotten(pid: u32, when: &str) {
    assert_none_left(pid, &[MARKED_SECRET, MARKED_HOST], when);
}

/// Asserts that none of these is in the process's memory, now or in a moment.
pub(crate) fn assert_none_left(pid: u32, markers: &[&str], when: &str) {
    // The service closes a connection, and zeroes its buffers, a moment after the client has seen it closed.
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let found: Vec<_> = markers
            .iter()
            .flat_map(|marker| occurrences(pid, marker.as_bytes()))
            .collect();
        if found.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "{when}: {found:#?}");
        std::thread::yield_now();
    }
}

/// One request on a connection of its own, which the client would keep open: all that comes until the service closes it.
pub(crate) fn ask(service: &Service, head: &str, body: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(service.url.trim_start_matches("http://")).unwrap();
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        // So ends a connection on which the service has not read everything.
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        result => drop(result.unwrap()),
    }
    answer
}

#[test]
fn a_secret_is_in_memory_while_it_is_needed_and_not_after() {
    let place = Place::new();
    let service = Service::start(&place, &["--rate-status", "off"]);
    let url = format!("https://{MARKED_HOST}");
    let asked = [
        "package",
        "--type",
        "deb",
        "--fleet-url",
        &url,
        "--enroll-secret",
        MARKED_SECRET,
    ];
    let output = place.run(&[&asked[..], &["--remote", &service.url]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert_forgotten(service.pid(), "while the package is live");

    let id = only_package(&place);
    // A refused request is not remembered either.
    let body = format!(r#"{{"type":"deb","fleet_url":"{url}","enroll_secret":"{MARKED_SECRET}","no_such_field":1}}"#);
    let answer = ask(&service, "POST /create", &body);
    assert!(
        answer.starts_with(b"HTTP/1.1 400 "),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    let answer = ask(&service, &format!("GET /download/{id}"), "");
    assert!(memchr::memmem::find(&answer, MARKED_SECRET.as_bytes()).is_some());
    let answer = ask(&service, &format!("DELETE /download/{id}"), "");
    assert!(
        answer.starts_with(b"HTTP/1.1 204 "),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    assert_forgotten(service.pid(), "after the package was destroyed");
}

/// It is read from its file, turned into the keys that are derived from it, and not needed any more.
#[test]
fn the_master_key_is_not_in_memory_once_the_service_runs() {
    let place = Place::new();
    let service = Service::start(&place, &[]);
    let text = fs::read_to_string(place.path("data/master.key")).unwrap();
    let bytes = base64::engine::general_purpose::STANDARD.decode(text.trim()).unwrap();
    assert_eq!(bytes.len(), 32);
    // Half a key is as bad.
    for half in [
        &text.as_bytes()[..22],
        &text.as_bytes()[22..44],
        &bytes[..16],
        &bytes[16..],
    ] {
        let found = occurrences(service.pid(), half);
        assert!(found.is_empty(), "{found:#?}");
    }
}
