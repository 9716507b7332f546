//! One package's way.

use std::fs;

use packager_artifact::Sha256Digest;
use packager_service::Clock;
use packager_test_apple::{Apple, Endpoint, Identity, Kind, Verdict};
use serde_json::json;

use super::world::{Notarizing, ticket};
use crate::harness::{SECRET, deb, everything_below, new_clock};
use crate::macos::pkg;
use crate::signing::refusal;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signed_package_is_notarized_and_has_its_ticket() {
    let world = Notarizing::start().await;
    world.apple.decide(Verdict::Accepted, 3);
    world.apple.delay_tickets(2);
    let id = world.service.create(&pkg(SECRET)).await;
    let (status, stages) = world.finished(&id).await;
    assert_eq!(
        (&status["status"], &status["signed"]),
        (&json!("success"), &json!(true))
    );
    for stage in ["notarizing", "stapling"] {
        assert!(stages.iter().any(|seen| seen == stage), "{stage}: {stages:?}");
    }
    let bytes = world.bytes(&id).await;
    assert_eq!(bytes.len() as u64, status["size"].as_u64().unwrap());
    assert_eq!(Sha256Digest::of(&bytes).to_string(), status["sha256"].as_str().unwrap());
    assert_eq!(ticket(&bytes), Apple::ticket_of(&bytes));
    assert_eq!((world.apple.submissions(), world.apple.uploads()), (1, 1));
    world.assert_no_complaints();
    // Who asks again gets the same.
    assert_eq!(world.service.create(&pkg(SECRET)).await, id);
    assert_eq!(world.apple.submissions(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_is_told_with_apples_issues() {
    let world = Notarizing::start().await;
    let issue = json!({"severity": "error", "path": "a.pkg/orbit", "message": "The binary is not signed."});
    world.apple.decide(Verdict::Invalid(json!([issue])), 1);
    let id = world.service.create(&pkg(SECRET)).await;
    let (status, _) = world.finished(&id).await;
    assert_eq!(status["status"], "fail");
    let logs = status["logs"].as_str().unwrap();
    assert!(
        logs.starts_with("Apple rejected the package: ") && logs.contains("a.pkg/orbit: The binary is not signed."),
        "{logs}"
    );
    assert!(!logs.contains(SECRET));
    world.assert_no_complaints();
}

/// A worker is free while Apple is waited for, and the time for a build does not run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_apple_holds_nobody_up() {
    let world = Notarizing::with(&[("workers", "1"), ("build_timeout", "20s")]).await;
    world.apple.decide(Verdict::Accepted, 1000);
    let waiting = world.service.create(&pkg(SECRET)).await;
    world.until(|apple| apple.requests(Endpoint::Status) >= 3).await;
    world.service.build(&deb()).await;
    assert_eq!(world.service.status(&waiting).await["stage"], "notarizing");
    world.apple.decide(Verdict::Accepted, 1);
    let (status, _) = world.finished(&waiting).await;
    assert_eq!(status["status"], "success");
    world.assert_no_complaints();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_that_is_deleted_meanwhile_comes_to_nothing() {
    let world = Notarizing::start().await;
    world.apple.decide(Verdict::Accepted, 10);
    let id = world.service.create(&pkg(SECRET)).await;
    world.until(|apple| apple.requests(Endpoint::Status) >= 2).await;
    assert_eq!(world.service.delete(&id).await.status(), 204);
    assert_eq!(world.service.status(&id).await["status"], "expired");
    world.until(|apple| apple.requests(Endpoint::Status) >= 11).await;
    assert_eq!(world.service.status(&id).await["status"], "expired");
    let packages = world.service.world.data().join("packages");
    assert!(everything_below(&packages).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notary_key_that_cannot_sign_stops_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let identity = Identity::new(Kind::Installer, new_clock().now());
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        format!("file:{}", path.display())
    };
    let certificate = file("installer.pem", &identity.chain_pem());
    let key = file("installer.key", &identity.key_pem);
    for (text, reason) in [
        ("nothing", "not a private key in PEM"),
        (identity.key_pem.as_str(), "not an elliptic-curve key on P-256"),
        (identity.certificate_pem.as_str(), "not a private key in PEM"),
    ] {
        let notary = file("notary.p8", text);
        let text = refusal(&[
            ("signing_pkg_certificate", certificate.as_str()),
            ("signing_pkg_key", &key),
            ("notary_key", &notary),
            ("notary_key_id", "2X9R4HXF34"),
            ("notary_issuer", "57246542-96fe-1a63-e053-0824d011072a"),
        ])
        .await;
        assert!(text.starts_with("notary_key: ") && text.contains(reason), "{text}");
        assert!(!text.contains("BEGIN"), "{text}");
    }
}
