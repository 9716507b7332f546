use std::time::Duration;

use packager_artifact::sha1;
use packager_notary::{Error, Progress};
use packager_test_apple::{Apple, Endpoint, Verdict};
use serde_json::json;

use crate::common::{Kept, apple_and_notary, archive, new_year, notarized, package, package_of, toc};
use packager_clock::Clock;

#[tokio::test]
async fn a_package_is_submitted_uploaded_accepted_and_has_a_ticket() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.decide(Verdict::Accepted, 3);
    apple.delay_tickets(4);
    let kept = Kept::default();
    let submission = notary.notarize(&package(), None, &kept).await.unwrap();
    assert_eq!(submission.progress, Progress::Accepted);
    assert_eq!(kept.last(), Some(submission));
    assert_eq!(kept.steps(), ["uploading", "waiting", "accepted"]);
    let ticket = notary.ticket(&toc()).await.unwrap();
    assert_eq!(ticket, Apple::ticket_of(&archive(1)));
    assert_eq!((apple.submissions(), apple.uploads()), (1, 1));
    assert_eq!(apple.requests(Endpoint::Status), 4);
    assert_eq!(apple.requests(Endpoint::Ticket), 5);
    assert_eq!(apple.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_rejection_tells_what_apple_found() {
    let (apple, notary, _) = apple_and_notary().await;
    let issues = json!([{
        "severity": "error",
        "code": null,
        "path": "fleet-osquery.pkg/base.pkg Contents/Payload/opt/orbit/bin/orbit",
        "message": "The binary is not signed with a valid Developer ID certificate.",
        "docUrl": null,
        "architecture": "x86_64",
    }]);
    apple.decide(Verdict::Invalid(issues), 1);
    let kept = Kept::default();
    let error = notary.notarize(&package(), None, &kept).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "Apple rejected the package: Archive contains critical validation errors\n- error: fleet-osquery.pkg/base.pkg \
         Contents/Payload/opt/orbit/bin/orbit (x86_64): The binary is not signed with a valid Developer ID certificate."
    );
    // Whoever asks again hears the same, and nothing is submitted for it.
    let again = notary.notarize(&package(), kept.last(), &kept).await.unwrap_err();
    assert_eq!(again.to_string(), error.to_string());
    assert_eq!(apple.submissions(), 1);
    assert_eq!(apple.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_rejection_without_a_log_is_one() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.decide(Verdict::Invalid(json!([])), 0);
    let missing = vec![packager_test_apple::Fault::Status(404); 1000];
    apple.fail(Endpoint::Logs, missing);
    let error = notarized(&notary, &package()).await.unwrap_err();
    assert_eq!(error.to_string(), "Apple rejected the package");
    assert!(apple.requests(Endpoint::Logs) > 5, "it lags behind the verdict");
}

#[tokio::test]
async fn an_hour_of_waiting_is_fine_and_tokens_do_not_grow_old() {
    let (apple, notary, clock) = apple_and_notary().await;
    apple.decide(Verdict::Accepted, 100);
    notarized(&notary, &package()).await.unwrap();
    let waited = clock.now().duration_since(new_year());
    assert!(waited.as_secs() > 3600, "{waited}");
    assert_eq!(apple.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn there_is_an_end_to_waiting_and_few_questions_until_then() {
    let (apple, notary, clock) = apple_and_notary().await;
    apple.decide(Verdict::Never, 0);
    let kept = Kept::default();
    let error = notary.notarize(&package(), None, &kept).await.unwrap_err();
    assert!(
        matches!(error, Error::NoVerdict { submitted_at } if submitted_at == new_year()),
        "{error:?}"
    );
    let waited = clock.now().duration_since(new_year()).as_secs();
    assert!((5 * 3600..=6 * 3600).contains(&waited), "{waited}");
    assert!(apple.requests(Endpoint::Status) < 500);

    // A process that comes back after that asks once more, and has time left.
    apple.decide(Verdict::Accepted, 0);
    notary.notarize(&package(), kept.last(), &kept).await.unwrap();
    assert_eq!(apple.submissions(), 1);
}

#[tokio::test]
async fn a_ticket_that_never_comes_is_not_waited_for_for_ever() {
    let (apple, notary, clock) = apple_and_notary().await;
    apple.delay_tickets(usize::MAX);
    notarized(&notary, &package()).await.unwrap();
    let begun = clock.now();
    let error = notary.ticket(&toc()).await.unwrap_err();
    assert!(matches!(error, Error::NoTicket), "{error:?}");
    let waited = Duration::try_from(clock.now().duration_since(begun)).unwrap();
    assert!(
        waited > Duration::from_secs(3000) && apple.requests(Endpoint::Ticket) < 150,
        "{waited:?}"
    );
}

#[tokio::test]
async fn tickets_are_found_by_checksums_of_both_kinds() {
    let (_apple, notary, _) = apple_and_notary().await;
    let mut archive = archive(10);
    // The number of SHA-1 in the header.
    archive[27] = 1;
    let ticket_of = Apple::ticket_of(&archive);
    notarized(&notary, &package_of(archive)).await.unwrap();
    let toc = sha1(b"a table of contents");
    assert_eq!(notary.ticket(&toc).await.unwrap(), ticket_of);
    let error = notary.ticket(&toc[..19]).await.unwrap_err();
    assert!(matches!(error, Error::NoTicket), "{error:?}");
}

#[tokio::test]
async fn packages_are_notarized_side_by_side() {
    let (apple, notary, _) = apple_and_notary().await;
    apple.decide(Verdict::Accepted, 2);
    let packages: Vec<_> = (0..8).map(|number| package_of(archive(100_000 + number))).collect();
    let outcomes = packages.iter().map(|package| notarized(&notary, package));
    for outcome in futures_util::future::join_all(outcomes).await {
        outcome.unwrap();
    }
    assert_eq!((apple.submissions(), apple.uploads()), (8, 8));
    assert_eq!(apple.complaints(), Vec::<String>::new());
}
