//! So many submissions a day.

use std::time::Duration;

use packager_test_apple::{Endpoint, Fault};

use super::world::Notarizing;
use crate::harness::{deb, problem};
use crate::macos::pkg;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_a_day_are_submitted_and_no_more() {
    let flags = [("notary_daily_limit", "2")];
    let mut world = Notarizing::with(&flags).await;
    let (first, _) = world.succeeded(&pkg("one")).await;
    world.succeeded(&pkg("two")).await;
    for restarted in [false, true] {
        if restarted {
            world = world.restart(&flags).await;
        }
        let response = world.service.post(pkg("three").to_string()).await;
        let wait: u64 = response.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((86_000..=86_401).contains(&wait), "{wait}");
        let problem = problem(response, 503).await;
        assert!(problem["detail"].as_str().unwrap().contains("Apple"), "{problem}");
        // Others are not concerned, nor is what is there.
        world.service.build(&deb()).await;
        assert_eq!(world.service.create(&pkg("one")).await, first);
    }
    assert_eq!(world.apple.submissions(), 2);
    world.service.clock.advance(Duration::from_secs(86_400));
    world.succeeded(&pkg("three")).await;
    world.assert_no_complaints();
}

/// What never came to a submission does not count.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_is_given_back_when_apple_heard_of_nothing() {
    let world = Notarizing::with(&[("notary_daily_limit", "1")]).await;
    world.apple.fail(Endpoint::Submit, [Fault::Status(403)]);
    let id = world.service.create(&pkg("one")).await;
    let (status, _) = world.finished(&id).await;
    assert_eq!(status["status"], "fail");
    world.succeeded(&pkg("two")).await;
    assert_eq!(world.apple.submissions(), 1);
}
