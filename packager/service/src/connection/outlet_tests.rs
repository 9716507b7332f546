use std::io::{ErrorKind, Write};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::super::{Pace, PaceLimits};
use super::*;

const LIMITS: PaceLimits = PaceLimits {
    request_timeout: Duration::from_secs(10),
    keep_alive: Duration::from_secs(3600),
    idle_timeout: Duration::from_secs(30),
    least_rate: 1000,
    shutdown_timeout: Duration::from_secs(5),
};

/// The two ends of a connection.
async fn connection() -> (TcpStream, Watched<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    let pace = Arc::new(Pace::new(LIMITS, Instant::now()));
    (client, Watched::new(server, pace))
}

fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Sends all of a range, and returns in how many pieces.
async fn send_all(outlet: &Outlet, file: &File, mut range: Range<u64>) -> io::Result<usize> {
    let mut pieces = 0;
    while !range.is_empty() {
        outlet.writable().await?;
        range.start += outlet.send(file, &range)?;
        pieces += 1;
    }
    Ok(pieces)
}

#[tokio::test]
async fn bytes_of_a_file_follow_what_was_written_before() {
    let (mut client, mut server) = connection().await;
    let outlet = Outlet::of(&server);
    outlet.yielding();
    assert!(outlet.emptied().now_or_never().is_none(), "the buffer is not empty");
    server.write_all(b"head ").await.unwrap();
    outlet.emptied().await.unwrap();
    send_all(&outlet, &file(b"0123456789"), 2..7).await.unwrap();
    outlet.yielding();
    server.write_all(b" tail").await.unwrap();
    drop(server);
    let mut got = String::new();
    client.read_to_string(&mut got).await.unwrap();
    assert_eq!(got, "head 23456 tail");
}

#[tokio::test]
async fn what_waits_for_an_empty_buffer_is_woken() {
    let (_client, mut server) = connection().await;
    let outlet = Outlet::of(&server);
    outlet.yielding();
    let written = async {
        // After the other one has begun to wait.
        tokio::task::yield_now().await;
        server.write_all(b"head").await
    };
    let (emptied, written) = tokio::join!(outlet.emptied(), written);
    emptied.unwrap();
    written.unwrap();
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_everything_in_pieces() {
    let (mut client, server) = connection().await;
    let outlet = Outlet::of(&server);
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|n| n.to_le_bytes()[1]).collect();
    let file = file(&bytes);
    let sending = async {
        let pieces = send_all(&outlet, &file, 0..bytes.len() as u64).await.unwrap();
        drop(server);
        pieces
    };
    let mut got = Vec::new();
    let (pieces, read) = tokio::join!(sending, client.read_to_end(&mut got));
    read.unwrap();
    assert!(pieces > 1, "more than the system buffers between the two ends");
    assert!(got == bytes);
}

#[tokio::test]
async fn a_file_that_was_cut_is_no_end() {
    let (_client, server) = connection().await;
    let outlet = Outlet::of(&server);
    let error = send_all(&outlet, &file(b"short"), 5..9).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn an_outlet_does_not_keep_its_connection() {
    let (mut client, server) = connection().await;
    let outlet = Outlet::of(&server);
    drop(server);
    assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    assert_eq!(outlet.emptied().await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    assert_eq!(outlet.writable().await.unwrap_err().kind(), ErrorKind::BrokenPipe);
    let error = outlet.send(&file(b"bytes"), &(0..5)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BrokenPipe);
}

#[tokio::test]
async fn what_goes_past_the_library_is_entered_in_the_books() {
    let (mut client, server) = connection().await;
    let outlet = Outlet::of(&server);
    let large = file(&vec![0; 64 << 20]);
    let is_to_read = || server.pace().deadline().unwrap() <= Instant::now() + LIMITS.idle_timeout;
    assert!(!is_to_read());
    let sending = async { send_all(&outlet, &large, 0..64 << 20).await.unwrap() };
    let reading = async {
        while !is_to_read() {
            tokio::task::yield_now().await;
        }
        client.read_exact(&mut vec![0; 64 << 20]).await.unwrap();
    };
    tokio::join!(sending, reading);
    assert!(!is_to_read());
}
