//! Packages that are everybody's.

use std::fs;
use std::time::Duration;

use packager_test_apple::{Apple, Endpoint, Verdict};
use serde_json::json;

use super::world::{Notarizing, ticket};
use crate::harness::{FLEET_URL, SECRET, contains};
use crate::macos::{release, system_configuration};

/// Two people with one package, and each with a profile of their own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_package_without_credentials_is_notarized_once_for_everybody() {
    let world = Notarizing::start().await;
    let one = world.service.create(&system_configuration("secret-of-one")).await;
    let other = world.service.create(&system_configuration("secret-of-another")).await;
    let (status, _) = world.finished(&one).await;
    assert_eq!(
        (&status["status"], &status["signed"]),
        (&json!("success"), &json!(true)),
        "{status}"
    );
    let (of_other, _) = world.finished(&other).await;
    assert_eq!(of_other["sha256"], status["sha256"]);
    let bytes = world.bytes(&one).await;
    assert!(bytes == world.bytes(&other).await);
    assert_eq!(ticket(&bytes), Apple::ticket_of(&bytes));
    for (id, status, secret) in [
        (&one, &status, "secret-of-one"),
        (&other, &of_other, "secret-of-another"),
    ] {
        let path = format!("/download/{id}/profile");
        assert_eq!(status["profile_url"], world.service.url(&path), "{status}");
        let profile = world.service.get(&path).await;
        let profile = profile.text().await.unwrap();
        assert!(profile.contains(secret) && profile.contains(FLEET_URL), "{profile}");
        assert!(!contains(&bytes, secret.as_bytes()));
    }
    // At once, whoever asks: nobody waits for the clock here.
    let (_, third) = world.service.build(&system_configuration("secret-of-a-third")).await;
    assert_eq!(third["sha256"], status["sha256"]);
    let nobody = json!({"type": "pkg", "use-system-configuration": true});
    let (_, without) = world.service.build(&nobody).await;
    assert_eq!(without["sha256"], status["sha256"]);
    assert!(without.get("profile_url").is_none(), "{without}");
    assert_eq!(world.apple.submissions(), 1);
    // Also after a restart, and of other options there is another one.
    let world = world.restart(&[]).await;
    world.service.build(&system_configuration("secret-of-a-fourth")).await;
    let mut desktop = system_configuration(SECRET);
    desktop["fleet-desktop"] = true.into();
    world.succeeded(&desktop).await;
    assert_eq!(world.apple.submissions(), 2);
    world.assert_no_complaints();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_one_customers_own_is_nobody_elses() {
    let world = Notarizing::start().await;
    let mut request = system_configuration(SECRET);
    request["osquery-flagfile"] = "--tls_hostname=fleet.customer.example".into();
    let (_, one) = world.succeeded(&request).await;
    request["enroll_secret"] = "another".into();
    let (_, other) = world.succeeded(&request).await;
    assert_ne!(one["sha256"], other["sha256"]);
    assert_eq!(world.apple.submissions(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybodys_packages_are_there_before_anybody_asks_and_after_a_new_release() {
    let mut world = Notarizing::with(&[("prepare", "amd64")]).await;
    // With and without Fleet Desktop.
    world.until(|apple| apple.requests(Endpoint::Ticket) >= 2).await;
    let (_, before) = world.succeeded(&system_configuration(SECRET)).await;
    assert_eq!(world.apple.submissions(), 2);

    world.apple.decide(Verdict::Accepted, 1_000_000);
    release(&mut world.service.world, "1.59.0");
    world.service.clock.advance(Duration::from_secs(300));
    world
        .until(|apple| apple.submissions() >= 4 && apple.uploads() >= 4)
        .await;
    // The old one until the new one is there.
    let (_, status) = world.service.build(&system_configuration("meanwhile")).await;
    assert_eq!(status["sha256"], before["sha256"]);
    assert_eq!(status["versions"]["orbit"], "1.58.0");
    world.apple.decide(Verdict::Accepted, 0);
    let mut number = 0;
    loop {
        let (_, status) = world
            .service
            .build(&system_configuration(&format!("later-{number}")))
            .await;
        if status["versions"]["orbit"] == "1.59.0" {
            break;
        }
        number += 1;
        world.service.clock.advance(Duration::from_secs(5));
    }
    assert_eq!(world.apple.submissions(), 4);
    world.assert_no_complaints();
}

/// Who asks while a release is being made ready changes nothing: a package of it is ordered when it can be made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_release_that_is_not_ready_yet_costs_no_submission_and_is_not_forgotten() {
    let mut world = Notarizing::with(&[("prepare", "amd64")]).await;
    world.until(|apple| apple.requests(Endpoint::Ticket) >= 2).await;
    world.succeeded(&system_configuration(SECRET)).await;

    // Published by halves: the metadata lists files that are not there.
    release(&mut world.service.world, "1.59.0");
    let (there, away) = ["targets", "away"]
        .map(|name| world.service.world.tuf().join(name))
        .into();
    fs::rename(&there, &away).unwrap();
    let failed = "packager_preparations_total{outcome=\"failure\"}";
    while world.service.metric(failed).await < 1 {
        world.service.clock.advance(Duration::from_secs(5));
    }
    let (_, status) = world.service.build(&system_configuration("meanwhile")).await;
    assert_eq!(status["versions"]["orbit"], "1.58.0");
    fs::rename(&away, &there).unwrap();

    let mut number = 0;
    loop {
        let request = system_configuration(&format!("later-{number}"));
        let (_, status) = world.service.build(&request).await;
        if status["versions"]["orbit"] == "1.59.0" {
            break;
        }
        number += 1;
        world.service.clock.advance(Duration::from_secs(5));
    }
    world.until(|apple| apple.submissions() >= 4).await;
    assert_eq!(world.apple.submissions(), 4);
    world.assert_no_complaints();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_of_everybodys_package_is_everybodys_and_costs_one_submission() {
    let world = Notarizing::start().await;
    world
        .apple
        .decide(Verdict::Invalid(json!([{"severity": "error", "message": "No."}])), 0);
    for secret in ["one", "two", "three"] {
        let id = world.service.create(&system_configuration(secret)).await;
        let (status, _) = world.finished(&id).await;
        let logs = status["logs"].as_str().unwrap();
        assert!(logs.starts_with("Apple rejected the package"), "{logs}");
    }
    assert_eq!(world.apple.submissions(), 1);
    world.apple.decide(Verdict::Accepted, 0);
    let mut again = system_configuration("one");
    again["retry"] = true.into();
    world.succeeded(&again).await;
    assert_eq!(world.apple.submissions(), 2);
}
