use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Stdio;

use rustix::process::Signal;

use crate::support::{FLEET_URL, Place, SECRET, send};

/// Answers one connection, and keeps it open if `stay`.
fn answer(listener: &TcpListener, text: &str, missing: usize) -> std::net::TcpStream {
    let (mut stream, _) = listener.accept().unwrap();
    let mut seen = Vec::new();
    let mut buffer = [0; 4096];
    while !seen.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).unwrap();
        seen.extend_from_slice(&buffer[..read]);
    }
    let length = text.len() + missing;
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{text}"
    )
    .unwrap();
    stream
}

#[test]
fn a_download_that_is_interrupted_leaves_no_file() {
    let place = Place::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut child = place
        .packager(&[
            "package",
            "--type",
            "deb",
            "--fleet-url",
            FLEET_URL,
            "--enroll-secret",
            SECRET,
            "--remote",
            &url,
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    answer(&listener, r#"{"package_id":"7b6c1f0e-8a53-4a52-9d57-0e7c6f3c2a11"}"#, 0);
    let sha256 = "0".repeat(64);
    let success = format!(
        r#"{{"status":"success","download_url":"{url}/download/x","file_name":"x.deb","size":100,"sha256":"{sha256}",
            "expires_at":"2026-11-21T10:30:00Z","signed":false,"versions":{{"orbit":"1","osqueryd":"1"}}}}"#
    );
    answer(&listener, &success, 0);
    let connection = answer(&listener, "half of it", 90);
    // Nothing is there but a file for the owner alone, which goes when the command does.
    assert_eq!(place.work().len(), 1);
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(place.work().is_empty());
    drop(connection);
}
