//! Killed and resumed: there is one submission in total.

use std::sync::Arc;

use packager_clock::EagerClock;
use packager_notary::{Error, Progress};
use packager_test_apple::{Apple, Endpoint, Fault, Verdict};

use crate::common::{Kept, apple_and_notary, archive, new_year, notary, package, package_of};

/// Goes on with what was kept, as another process does.
async fn goes_on(apple: &Apple, kept: &Kept) {
    let after = Kept::default();
    let fresh = notary(apple, Arc::new(EagerClock::at(new_year())));
    let submission = fresh.notarize(&package(), kept.last(), &after).await.unwrap();
    assert_eq!(submission.progress, Progress::Accepted);
    assert_eq!(apple.submissions(), 1);
    assert_eq!(apple.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn killed_behind_each_record() {
    for killed_behind in [1, 2, 3] {
        let (apple, notary, _) = apple_and_notary().await;
        apple.decide(Verdict::Accepted, 2);
        let kept = Arc::new(Kept {
            killed_behind: Some(killed_behind),
            ..Kept::default()
        });
        let process = tokio::spawn({
            let kept = Arc::clone(&kept);
            async move { notary.notarize(&package(), None, &*kept).await }
        });
        while kept.count() < killed_behind {
            tokio::task::yield_now().await;
        }
        process.abort();
        assert!(process.await.unwrap_err().is_cancelled());
        goes_on(&apple, &kept).await;
        // What was uploaded is not uploaded again.
        assert_eq!(apple.uploads(), 1);
    }
}

#[tokio::test]
async fn killed_in_the_middle_of_a_request() {
    for (endpoint, records) in [(Endpoint::Upload, 1), (Endpoint::Status, 2)] {
        let (apple, notary, _) = apple_and_notary().await;
        apple.fail(endpoint, [Fault::Stall]);
        let kept = Arc::new(Kept::default());
        let process = tokio::spawn({
            let kept = Arc::clone(&kept);
            async move { notary.notarize(&package(), None, &*kept).await }
        });
        apple.stalled().await;
        process.abort();
        assert!(process.await.unwrap_err().is_cancelled());
        assert_eq!(kept.count(), records);
        goes_on(&apple, &kept).await;
        assert_eq!(apple.uploads(), 1);
    }
}

#[tokio::test]
async fn killed_when_the_upload_had_arrived_and_the_answer_had_not() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.fail(Endpoint::Upload, [Fault::HangUpAfter, Fault::Stall]);
    let kept = Arc::new(Kept::default());
    let process = tokio::spawn({
        let kept = Arc::clone(&kept);
        async move { notary.notarize(&package(), None, &*kept).await }
    });
    apple.stalled().await;
    process.abort();
    goes_on(&apple, &kept).await;
    // The same object at the same place.
    assert_eq!(apple.uploads(), 2);
}

#[tokio::test]
async fn accepted_long_ago() {
    let (apple, notary, _) = apple_and_notary().await;
    let kept = Kept::default();
    notary.notarize(&package(), None, &kept).await.unwrap();
    let requests = apple.requests(Endpoint::Status);
    goes_on(&apple, &kept).await;
    assert_eq!(apple.requests(Endpoint::Status), requests);
}

#[tokio::test]
async fn a_submission_is_for_one_package() {
    let (apple, notary, _) = apple_and_notary().await;
    let kept = Kept::default();
    notary.notarize(&package(), None, &kept).await.unwrap();
    let other = package_of(archive(7));
    let error = notary.notarize(&other, kept.last(), &kept).await.unwrap_err();
    assert!(matches!(error, Error::OtherPackage), "{error:?}");
    assert_eq!(apple.submissions(), 1);
}

#[tokio::test]
async fn what_is_kept_shows_no_secret_unless_it_is_written_out() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.fail(Endpoint::Upload, [Fault::Status(403)]);
    let kept = Kept::default();
    let error = notary.notarize(&package(), None, &kept).await.unwrap_err();
    let submission = kept.last().unwrap();
    for text in [
        format!("{submission:?}"),
        format!("{error:?}"),
        error.to_string(),
        format!("{notary:?}"),
    ] {
        for secret in ["secret/1", "session1", "eyJ"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
    // What was uploaded needs no right to upload any more.
    let kept = Kept::default();
    notary.notarize(&package(), None, &kept).await.unwrap();
    let text = serde_json::to_string(&kept.last().unwrap()).unwrap();
    assert!(!text.contains("secret") && !text.contains("session"), "{text}");
}
