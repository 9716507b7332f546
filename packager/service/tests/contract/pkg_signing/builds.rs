//! Builds that are signed, and that cannot be.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use packager_service::ManualClock;
use packager_test_apple::{Fault, Identity, Kind, TimeStampServer};
use serde_json::{Value, json};

use super::{Credentials, PASSWORD_TEXT, installer, now};
use crate::harness::{Service, contains, deb, everything_below, new_clock};
use crate::macos::{pkg, world};

const TIMESTAMP_URL: &str = "signing_pkg_timestamp_url";

async fn start(clock: Arc<ManualClock>, credentials: &Credentials, more: &[(&str, &str)]) -> Service {
    let settings = credentials.settings();
    let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
    Service::start_in(world(), clock, &[&settings, more].concat()).await
}

/// Asks until the package is not in progress any more. Whoever sleeps while it is signed has slept enough.
async fn finished(service: &Service, request: &Value) -> Value {
    let id = service.create(request).await;
    loop {
        let status = service.status(&id).await;
        match status["status"].as_str() {
            Some("in-progress") if status["stage"] == "signing" => service.clock.advance(Duration::from_secs(1)),
            Some("in-progress") => {}
            _ => return status,
        }
        tokio::task::yield_now().await;
    }
}

fn assert_fails(status: &Value, logs: &str) {
    assert_eq!((&status["status"], &status["logs"]), (&json!("fail"), &json!(logs)));
}

fn assert_no_key_below(folder: &Path, identity: &Identity) {
    let lines: Vec<_> = identity.key_pem.lines().filter(|line| line.len() > 20).collect();
    for (path, bytes) in everything_below(folder) {
        for secret in lines.iter().chain(&[PASSWORD_TEXT, "PRIVATE KEY"]) {
            assert!(!contains(&bytes, secret.as_bytes()), "{}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_package_is_stamped_once() {
    let server = TimeStampServer::start(Vec::new()).await;
    let (identity, url) = (installer(), server.url());
    let credentials = Credentials::pkcs12(&identity.pkcs12(PASSWORD_TEXT, &[]));
    let service = start(new_clock(), &credentials, &[(TIMESTAMP_URL, url.as_str())]).await;
    for (secret, stamps) in [("one", 1), ("one", 1), ("another", 2)] {
        let status = finished(&service, &pkg(secret)).await;
        assert_eq!(status["signed"], true, "{status}");
        assert_eq!(server.requests(), stamps);
    }
    let (_, status) = service.build(&deb()).await;
    assert_eq!(status["signed"], false, "{status}");
    assert_eq!(server.requests(), 2);
    assert_no_key_below(&service.world.data(), &identity);
}

/// A package without a time stamp would look the same until it is too late.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_time_stamp_a_package_is_not_made() {
    for (faults, requests, reason) in [
        (vec![Fault::HangUp; 3], 3, "the time-stamp server did not answer"),
        (
            vec![Fault::Status(503); 3],
            3,
            "the time-stamp server answered with the status 503",
        ),
        (
            vec![Fault::Status(403)],
            1,
            "the time-stamp server answered with the status 403",
        ),
        (
            vec![Fault::Garbage],
            1,
            "the time-stamp server's answer is not a time stamp",
        ),
    ] {
        let server = TimeStampServer::start(faults).await;
        let (identity, url) = (installer(), server.url());
        let service = start(
            new_clock(),
            &Credentials::pem(&identity),
            &[(TIMESTAMP_URL, url.as_str())],
        )
        .await;
        let status = finished(&service, &pkg("one")).await;
        assert_fails(&status, &format!("the package could not be signed: {reason}"));
        assert_eq!(server.requests(), requests);
        assert_no_key_below(&service.world.data(), &identity);
        // It answers again.
        let status = finished(&service, &pkg("another")).await;
        assert_eq!(status["signed"], true, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_stamp_server_that_is_not_there_is_named_and_its_address_is_not() {
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/marked-path", nowhere.local_addr().unwrap());
    drop(nowhere);
    let service = start(new_clock(), &Credentials::pem(&installer()), &[(TIMESTAMP_URL, &url)]).await;
    let status = finished(&service, &pkg("one")).await;
    assert_fails(
        &status,
        "the package could not be signed: the time-stamp server did not answer",
    );
    // Others are none the worse for it.
    service.build(&deb()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_certificate_has_expired_pkgs_fail_and_nothing_else() {
    let (clock, identity) = (new_clock(), Identity::valid(Kind::Installer, now(), -24, 1));
    let credentials = Credentials::pem(&identity);
    let service = start(Arc::clone(&clock), &credentials, &[("expire_after", "24h")]).await;
    let (before, status) = service.build(&pkg("before")).await;
    assert_eq!(status["signed"], true, "{status}");

    // To the last second.
    clock.advance(Duration::from_secs(3600));
    let (_, status) = service.build(&pkg("at the end")).await;
    assert_eq!(status["signed"], true, "{status}");
    clock.advance(Duration::from_secs(1));
    let status = finished(&service, &pkg("after")).await;
    assert_eq!(status["status"], "fail", "{status}");
    let logs = status["logs"].as_str().unwrap();
    assert!(
        logs.starts_with("the package could not be signed: the certificate") && logs.contains("has expired"),
        "{logs}"
    );
    // Whose it is and where it lies is the operator's business.
    assert!(!logs.contains("Example") && !logs.contains("file:"), "{logs}");

    assert!(service.download(&before).await.status().is_success());
    service.build(&deb()).await;
    assert_no_key_below(&service.world.data(), &identity);
}
