use std::cell::Cell;
use std::future::pending;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

use super::*;

impl Reset for DuplexStream {
    fn reset_when_dropped(&self) {
        RESETS.set(RESETS.get() + 1);
    }
}

thread_local! {
    static RESETS: Cell<u32> = const { Cell::new(0) };
}

const LIMITS: PaceLimits = PaceLimits {
    request_timeout: Duration::from_secs(10),
    keep_alive: Duration::from_secs(3600),
    idle_timeout: Duration::from_secs(30),
    least_rate: 1000,
    shutdown_timeout: Duration::from_secs(5),
};

/// The two ends of a connection whose buffer holds 100 bytes, and the books of the service's end.
fn connection() -> (DuplexStream, Watched<DuplexStream>, Arc<Pace>) {
    let (client, server) = duplex(100);
    let pace = Arc::new(Pace::new(LIMITS, Instant::now()));
    (client, Watched::new(server, Arc::clone(&pace)), pace)
}

async fn send(mut stream: Watched<DuplexStream>, bytes: usize) -> std::io::Result<()> {
    stream.write_all(&vec![0; bytes]).await
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_is_reset() {
    let (mut client, server, pace) = connection();
    let start = Instant::now();
    let cut = hold(send(server, 1000), &pace, pending(), |_| {}).await.unwrap_err();
    assert_eq!(cut, Cut::SlowReader);
    assert_eq!(start.elapsed().as_secs(), 30);
    assert_eq!(RESETS.get(), 1);
    // What was taken before can be read, and then it is over.
    let mut got = Vec::new();
    client.read_to_end(&mut got).await.unwrap();
    assert_eq!(got.len(), 100);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_a_byte_a_second_is_reset() {
    let (mut client, server, pace) = connection();
    let trickle = async {
        let mut byte = [0];
        while client.read_exact(&mut byte).await.is_ok() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        pending::<()>().await;
    };
    let start = Instant::now();
    let cut = tokio::select! {
        outcome = hold(send(server, 100_000), &pace, pending(), |_| {}) => outcome.unwrap_err(),
        () = trickle => unreachable!(),
    };
    assert_eq!(cut, Cut::SlowReader);
    assert!((30..=31).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_slow_client_that_is_fast_enough_gets_everything() {
    let (mut client, server, pace) = connection();
    let reader = async {
        let mut piece = [0; 100];
        let mut got = 0;
        while client.read_exact(&mut piece).await.is_ok() {
            got += piece.len();
            tokio::time::sleep(Duration::from_millis(99)).await;
        }
        got
    };
    let (outcome, got) = tokio::join!(hold(send(server, 100_000), &pace, pending(), |_| {}), reader);
    outcome.unwrap().unwrap();
    assert_eq!(got, 100_000);
    assert_eq!(RESETS.get(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_comes_nearer_is_kept() {
    let (_client, server, pace) = connection();
    let start = Instant::now();
    let after_twenty = tokio::time::sleep(Duration::from_secs(20));
    let cut = hold(send(server, 1000), &pace, after_twenty, |_| {}).await.unwrap_err();
    assert_eq!((cut, start.elapsed().as_secs()), (Cut::Stopping, 25));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_moves_away_is_not_kept() {
    let (mut client, server, pace) = connection();
    let start = Instant::now();
    let reader = async {
        tokio::time::sleep(Duration::from_secs(20)).await;
        let mut piece = [0; 90];
        client.read_exact(&mut piece).await.unwrap();
        pending::<()>().await;
    };
    let cut = tokio::select! {
        outcome = hold(send(server, 1000), &pace, pending(), |_| {}) => outcome.unwrap_err(),
        () = reader => unreachable!(),
    };
    // Ten seconds of credit were left, and 90 bytes stand for 90 ms.
    assert_eq!((cut, start.elapsed().as_millis()), (Cut::SlowReader, 30_090));
}

#[tokio::test(start_paused = true)]
async fn what_has_to_make_room_does_so_at_once() {
    let (_client, server, pace) = connection();
    let idle = async {
        let _server = server;
        pending::<()>().await;
    };
    let other = async {
        tokio::task::yield_now().await;
        pace.cut(Cut::MadeRoom);
        pending::<()>().await;
    };
    let start = Instant::now();
    let cut = tokio::select! {
        biased;
        outcome = hold(idle, &pace, pending(), |_| {}) => outcome.unwrap_err(),
        () = other => unreachable!(),
    };
    assert_eq!((cut, start.elapsed()), (Cut::MadeRoom, Duration::ZERO));
}
