//! Apple fails.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use packager_clock::{Clock, EagerClock};
use packager_notary::{Error, Journal, Package, PackageBytes, Submission};
use packager_test_apple::{Apple, Endpoint, Fault};
use serde_json::json;
use tokio::sync::Mutex;

use crate::common::{Kept, apple_and_notary, hasty, key, new_year, notarized, notary, package, settings, toc};
use packager_test_apple::Verdict;

#[tokio::test]
async fn what_may_pass_is_waited_for() {
    for endpoint in [Endpoint::Submit, Endpoint::Upload, Endpoint::Status, Endpoint::Ticket] {
        let (apple, _, clock) = apple_and_notary().await;
        let notary = hasty(&apple, clock);
        apple.fail(
            endpoint,
            [
                Fault::Status(500),
                Fault::Status(503),
                Fault::HangUp,
                Fault::Busy(429, "1".to_owned()),
                Fault::Stall,
                Fault::HangUpWithin(1),
                Fault::Status(408),
            ],
        );
        notarized(&notary, &package()).await.unwrap();
        notary.ticket(&toc()).await.unwrap();
        let asked = apple.requests(endpoint);
        // A `GET` has no body to hang up in: it is hung up on before its end, too.
        assert!(asked >= 7, "{endpoint:?}: {asked}");
        assert_eq!(apple.submissions(), 1, "{endpoint:?}");
        assert!(apple.uploads() >= 1, "{endpoint:?}");
        assert_eq!(apple.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_upload_that_breaks_begins_anew() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.fail(
        Endpoint::Upload,
        [Fault::HangUpWithin(1_000_000), Fault::HangUpWithin(2_900_000)],
    );
    notarized(&notary, &package()).await.unwrap();
    assert_eq!((apple.submissions(), apple.uploads()), (1, 1));
    assert_eq!(apple.requests(Endpoint::Upload), 3);
    assert_eq!(apple.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn retry_after_is_kept_in_seconds_and_as_a_date() {
    for (retry_after, seconds) in [("600", 600), ("Thu, 01 Jan 2026 00:20:00 GMT", 1200)] {
        let (apple, notary, clock) = apple_and_notary().await;
        apple.fail(Endpoint::Submit, [Fault::Busy(429, retry_after.to_owned())]);
        notarized(&notary, &package()).await.unwrap();
        let waited = clock.now().duration_since(new_year()).as_secs();
        assert!((seconds..seconds + 60).contains(&waited), "{retry_after}: {waited}");
    }
}

#[tokio::test]
async fn nonsense_from_a_hotel_is_passed_over_where_asking_again_does_nothing() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.decide(Verdict::Invalid(json!([])), 0);
    for endpoint in [Endpoint::Status, Endpoint::Logs, Endpoint::DeveloperLog] {
        apple.fail(endpoint, [Fault::Garbage]);
    }
    let error = notarized(&notary, &package()).await.unwrap_err();
    assert!(error.to_string().contains("critical validation errors"), "{error}");

    let (apple, notary, _) = apple_and_notary().await;
    apple.fail(Endpoint::Ticket, [Fault::Garbage]);
    notarized(&notary, &package()).await.unwrap();
    notary.ticket(&toc()).await.unwrap();

    // Here each question may be a submission.
    let (apple, notary, _) = apple_and_notary().await;
    apple.fail(Endpoint::Submit, [Fault::Garbage]);
    let error = notarized(&notary, &package()).await.unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error:?}");
    assert_eq!(apple.requests(Endpoint::Submit), 1);
}

#[tokio::test]
async fn what_apple_refuses_is_not_asked_again() {
    for (endpoint, status) in [
        (Endpoint::Submit, 401),
        (Endpoint::Submit, 403),
        (Endpoint::Submit, 422),
        (Endpoint::Upload, 403),
        (Endpoint::Status, 401),
    ] {
        let (apple, notary, _) = apple_and_notary().await;
        apple.fail(endpoint, [Fault::Status(status)]);
        let error = notarized(&notary, &package()).await.unwrap_err();
        assert_eq!(apple.requests(endpoint), 1, "{endpoint:?}");
        assert!(error.to_string().contains(&format!("status {status}")), "{error}");
        let source = std::error::Error::source(&error).unwrap().to_string();
        assert!(source.contains("FAULT"), "the log has what Apple said: {source}");
        assert!(!error.to_string().contains("FAULT"), "{error}");
    }
}

#[tokio::test]
async fn another_key_is_refused() {
    let (apple, _, clock) = apple_and_notary().await;
    let (stranger, ..) = apple_and_notary().await;
    let notary = packager_notary::Notary::new(key(&stranger), settings(&apple), clock).unwrap();
    let error = notarized(&notary, &package()).await.unwrap_err();
    assert!(matches!(error, Error::Refused { status: 401, .. }), "{error:?}");
    assert_eq!(apple.complaints(), ["the token's signature is not good"]);
}

#[tokio::test]
async fn a_submission_that_is_not_known_yet_is_asked_for_again_but_not_for_ever() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.fail(Endpoint::Status, vec![Fault::Status(404); 3]);
    notarized(&notary, &package()).await.unwrap();
    apple.fail(Endpoint::Status, vec![Fault::Status(404); 1000]);
    let error = notarized(&notary, &package()).await.unwrap_err();
    assert!(matches!(error, Error::Lost), "{error:?}");
    assert!(apple.requests(Endpoint::Status) < 50);
}

#[tokio::test]
async fn a_server_that_is_gone_is_not_waited_for_for_ever() {
    let (mut apple, notary, clock) = apple_and_notary().await;
    apple.stop();
    let error = notarized(&notary, &package()).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Unreachable {
                what: "notary service",
                ..
            }
        ),
        "{error:?}"
    );
    let waited = clock.now().duration_since(new_year()).as_secs();
    assert!((3000..=3600).contains(&waited), "{waited}");
}

/// Apple comes back while it is waited for.
#[derive(Debug)]
struct UntilBack {
    clock: EagerClock,
    apple: Mutex<Option<AppleThatIsAway>>,
}

struct AppleThatIsAway(Apple);

impl std::fmt::Debug for AppleThatIsAway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Apple")
    }
}

impl Clock for UntilBack {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'_, ()> {
        async move {
            self.clock.sleep_until(deadline).await;
            if let Some(apple) = &mut *self.apple.lock().await {
                apple.0.start_again().await;
            }
        }
        .boxed()
    }
}

#[tokio::test]
async fn apple_is_stopped_half_way_and_comes_back() {
    for endpoint in [Endpoint::Upload, Endpoint::Status] {
        let clock = Arc::new(UntilBack {
            clock: EagerClock::at(new_year()),
            apple: Mutex::default(),
        });
        let apple = Apple::start(Arc::clone(&clock) as _).await;
        apple.fail(endpoint, [Fault::Stall]);
        let notary = notary(&apple, Arc::clone(&clock) as _);
        let process = tokio::spawn(async move { notarized(&notary, &package()).await.map(|_| ()) });
        apple.stalled().await;
        {
            let mut place = clock.apple.lock().await;
            let mut apple = apple;
            apple.stop();
            *place = Some(AppleThatIsAway(apple));
        }
        process.await.unwrap().unwrap();
        let place = clock.apple.lock().await;
        let AppleThatIsAway(apple) = place.as_ref().unwrap();
        assert_eq!((apple.submissions(), apple.uploads()), (1, 1), "{endpoint:?}");
        assert_eq!(apple.complaints(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_ended_right_to_upload_is_asked_for_anew_once() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.fail(Endpoint::Upload, [Fault::ExpiredToken]);
    let kept = Kept::default();
    notary.notarize(&package(), None, &kept).await.unwrap();
    assert_eq!(kept.steps(), ["uploading", "uploading", "waiting", "accepted"]);
    assert_eq!((apple.submissions(), apple.uploads()), (2, 1));

    apple.fail(Endpoint::Upload, [Fault::ExpiredToken, Fault::ExpiredToken]);
    let error = notarized(&notary, &package()).await.unwrap_err();
    assert!(matches!(error, Error::UploadExpired), "{error:?}");
    assert_eq!((apple.submissions(), apple.uploads()), (4, 1));
}

#[tokio::test]
async fn a_lost_answer_to_a_submission_costs_another_one() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.fail(Endpoint::Submit, [Fault::HangUpAfter]);
    notarized(&notary, &package()).await.unwrap();
    // The first cannot be used: the right to upload was in the answer.
    assert_eq!((apple.submissions(), apple.uploads()), (2, 1));
}

struct FullDisk;

#[async_trait]
impl Journal for FullDisk {
    async fn record(&self, _: &Submission) -> io::Result<()> {
        Err(io::ErrorKind::StorageFull.into())
    }
}

#[tokio::test]
async fn nothing_is_uploaded_for_a_submission_that_cannot_be_kept() {
    let (apple, notary, _) = apple_and_notary().await;
    let error = notary.notarize(&package(), None, &FullDisk).await.unwrap_err();
    assert!(matches!(error, Error::Journal(_)), "{error:?}");
    assert_eq!(apple.requests(Endpoint::Upload), 0);
}

/// Zeros, as many as `readable`, counted.
struct Zeros {
    readable: u64,
    read: Arc<AtomicU64>,
}

impl PackageBytes for Zeros {
    fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        struct Counted<R>(R, Arc<AtomicU64>);
        impl<R: Read> Read for Counted<R> {
            fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
                let read = self.0.read(buf)?;
                self.1.fetch_add(read as u64, Ordering::SeqCst);
                Ok(read)
            }
        }
        let zeros = io::repeat(0).take(self.readable);
        Ok(Box::new(Counted(zeros, Arc::clone(&self.read))))
    }
}

fn zeros(size_bytes: u64, readable: u64) -> (Package, Arc<AtomicU64>) {
    let read = Arc::new(AtomicU64::new(0));
    let bytes = Arc::new(Zeros {
        readable,
        read: Arc::clone(&read),
    });
    let package = Package {
        size_bytes,
        bytes,
        ..package()
    };
    (package, read)
}

#[tokio::test]
async fn a_package_of_another_length_is_not_uploaded() {
    for readable in [999_999, 1_000_001, 0] {
        let (apple, notary, _) = apple_and_notary().await;
        let (package, _) = zeros(1_000_000, readable);
        let error = notarized(&notary, &package).await.unwrap_err();
        assert!(matches!(error, Error::Package(_)), "{readable}: {error:?}");
        // It is not tried again; the connection may end before the server has seen anything of the request.
        assert!(apple.requests(Endpoint::Upload) <= 1);
        assert_eq!(apple.uploads(), 0);
    }
}

#[tokio::test]
async fn a_package_is_not_read_ahead_of_its_upload() {
    let (apple, _, clock) = apple_and_notary().await;
    let notary = hasty(&apple, clock);
    // The server takes nothing beyond what lies in buffers.
    apple.fail(Endpoint::Upload, [Fault::Stall]);
    let (package, read) = zeros(1 << 30, 1 << 30);
    let process = tokio::spawn(async move { notarized(&notary, &package).await.map(|_| ()) });
    apple.stalled().await;
    while read.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    // Until it is abandoned and begins anew.
    while apple.requests(Endpoint::Upload) < 2 {
        tokio::task::yield_now().await;
        let read = read.load(Ordering::SeqCst);
        assert!(read < 64 << 20, "{read}");
    }
    process.abort();
}
