//! How the service follows the update repository, and goes on while it is away.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use packager_service::{Clock, ManualClock};
use packager_targets::Role;

use crate::harness::{Service, World, deb_with, new_clock};
use crate::update_server::{Mode, UpdateServer};

const REFRESH: Duration = Duration::from_secs(300);
const SUCCESSES: &str = "packager_update_metadata_refreshes_total{outcome=\"success\"}";
const FAILURES: &str = "packager_update_metadata_refreshes_total{outcome=\"failure\"}";

fn serve(world: &World) -> UpdateServer {
    let url = world.update_url();
    UpdateServer::start(url.strip_prefix("file://").unwrap().as_ref())
}

async fn start(world: World, clock: Arc<ManualClock>, server: &UpdateServer) -> Service {
    let flags = [("update_url", server.url()), ("update_attempts", "1".to_owned())];
    let flags = flags.each_ref().map(|(key, value)| (*key, value.as_str()));
    Service::start_in(world, clock, &flags).await
}

impl Service {
    /// Waits until refreshes have ended that often.
    async fn refreshed(&self, metric: &str, times: u64) {
        while self.metric(metric).await < times {
            tokio::task::yield_now().await;
        }
        assert_eq!(self.metric(metric).await, times);
    }

    async fn ready(&self) -> (u16, String) {
        let response = self.get("/readyz").await;
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Builds a package that nobody has asked for before.
    async fn builds(&self, secret: &str) -> serde_json::Value {
        let id = self.create(&deb_with("enroll_secret", secret)).await;
        self.finished(&id).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_timestamp_is_asked_for_once_in_each_interval() {
    let world = World::new();
    let server = serve(&world);
    let service = start(world, new_clock(), &server).await;
    service.refreshed(SUCCESSES, 1).await;
    assert_eq!(server.timestamps(), 1);
    for times in 2..12 {
        service
            .clock
            .advance(REFRESH.checked_sub(Duration::from_millis(1)).unwrap());
        service.refreshed(SUCCESSES, times - 1).await;
        assert_eq!(server.timestamps(), usize::try_from(times - 1).unwrap());
        service.clock.advance(Duration::from_millis(1));
        service.refreshed(SUCCESSES, times).await;
        assert_eq!(server.timestamps(), usize::try_from(times).unwrap());
    }
    // Builds ask for nothing: what was verified is current.
    assert_eq!(service.builds("one").await["status"], "success");
    assert_eq!(server.timestamps(), 11);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn builds_go_on_whatever_the_server_does() {
    let world = World::new();
    let server = serve(&world);
    let mut service = start(world, new_clock(), &server).await;
    assert_eq!(service.builds("first").await["status"], "success");
    service.refreshed(SUCCESSES, 1).await;
    assert_eq!(service.ready().await, (200, "ready\n".to_owned()));
    assert_eq!(service.metric("packager_update_metadata_fresh").await, 1);

    let page = b"<!DOCTYPE html><html><body>Please log in.</body></html>".to_vec();
    let modes = [
        Some(Mode::Away),
        Some(Mode::Failing(500)),
        Some(Mode::Failing(503)),
        Some(Mode::Garbage(page)),
        Some(Mode::Garbage(vec![0xff; 1000])),
        Some(Mode::Garbage(Vec::new())),
        Some(Mode::Halves),
        // An expired timestamp.
        None,
    ];
    for (number, mode) in modes.into_iter().enumerate() {
        let times = u64::try_from(number).unwrap() + 1;
        let since = service.clock.now() + SignedDuration::try_from(REFRESH).unwrap();
        if let Some(mode) = mode.clone() {
            server.turn(mode);
        } else {
            let repository = &mut service.world.repository;
            repository.set_expires(Role::Timestamp, "2026-01-01T00:00:00Z".parse().unwrap());
            repository.sign_timestamp().unwrap();
        }
        service.clock.advance(REFRESH);
        service.refreshed(FAILURES, times).await;
        let (status, text) = service.ready().await;
        assert_eq!(status, 200, "{mode:?}: {text}");
        assert!(
            text.starts_with("ready, ") && text.contains(&format!("since {since}")),
            "{mode:?}: {text}"
        );
        assert_eq!(service.metric("packager_update_metadata_fresh").await, 0, "{mode:?}");
        let built = service.builds(&format!("during {number}")).await;
        assert_eq!(built["status"], "success", "{mode:?}: {built}");

        server.turn(Mode::Well);
        let repository = &mut service.world.repository;
        repository.set_expires(Role::Timestamp, "2036-01-01T00:00:00Z".parse().unwrap());
        repository.sign_timestamp().unwrap();
        service.clock.advance(REFRESH);
        service.refreshed(SUCCESSES, times + 1).await;
        assert_eq!(service.ready().await, (200, "ready\n".to_owned()), "{mode:?}");
        assert_eq!(service.metric("packager_update_metadata_fresh").await, 1);
        let at = u64::try_from(service.clock.now().as_second()).unwrap();
        assert_eq!(
            service
                .metric("packager_update_metadata_refreshed_timestamp_seconds")
                .await,
            at
        );
    }
}

/// A world whose timestamp expires an hour from now.
fn expiring(clock: &ManualClock) -> (World, Timestamp) {
    let mut world = World::new();
    let expires = clock.now() + SignedDuration::from_hours(1);
    world.repository.set_expires(Role::Timestamp, expires);
    world.repository.sign_timestamp().unwrap();
    (world, expires)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_that_expires_while_the_server_is_away_ends_builds_until_it_returns() {
    let clock = new_clock();
    let (world, expires) = expiring(&clock);
    let server = serve(&world);
    let mut service = start(world, clock, &server).await;
    assert_eq!(service.builds("before").await["status"], "success");
    server.turn(Mode::Away);
    service.clock.advance(Duration::from_secs(3599));
    assert_eq!(service.builds("just before").await["status"], "success");

    service.clock.advance(Duration::from_secs(1));
    let failed = service.builds("after").await;
    assert_eq!(failed["status"], "fail", "{failed}");
    let logs = failed["logs"].as_str().unwrap();
    for text in [
        &format!("the timestamp metadata of the update repository expired at {expires}"),
        "did not deliver",
    ] {
        assert!(logs.contains(text), "{text}: {logs}");
    }
    let (status, text) = service.ready().await;
    assert_eq!(status, 503);
    assert!(
        text.contains(&format!("expired at {expires}")) && text.contains("since"),
        "{text}"
    );
    assert_eq!(service.metric("packager_update_metadata_fresh").await, 0);

    // Nobody has to wait for the next refresh, nor to do anything.
    let repository = &mut service.world.repository;
    repository.set_expires(Role::Timestamp, "2036-01-01T00:00:00Z".parse().unwrap());
    repository.sign_timestamp().unwrap();
    server.turn(Mode::Well);
    assert_eq!(service.builds("after it returned").await["status"], "success");
    service.clock.advance(REFRESH);
    while service.ready().await != (200, "ready\n".to_owned()) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_while_the_server_is_away_goes_on_from_what_was_verified() {
    let clock = new_clock();
    let (world, expires) = expiring(&clock);
    let server = serve(&world);
    let service = start(world, clock, &server).await;
    assert_eq!(service.builds("before").await["status"], "success");
    server.turn(Mode::Away);
    let (world, clock) = service.stop().await;

    let service = start(world, clock, &server).await;
    service.refreshed(FAILURES, 1).await;
    let (status, text) = service.ready().await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains(&format!("expires at {expires}")), "{text}");
    let seconds = u64::try_from(expires.as_second()).unwrap();
    assert_eq!(
        service
            .metric("packager_update_metadata_expires_timestamp_seconds")
            .await,
        seconds
    );
    assert_eq!(service.builds("after").await["status"], "success");
    service.clock.advance(Duration::from_secs(3600));
    assert_eq!(service.builds("too late").await["status"], "fail");
    assert_eq!(service.ready().await.0, 503);
    let (mut world, clock) = service.stop().await;

    // Nor does a start from expired metadata need a person.
    world
        .repository
        .set_expires(Role::Timestamp, "2036-01-01T00:00:00Z".parse().unwrap());
    world.repository.sign_timestamp().unwrap();
    let service = start(world, clock, &server).await;
    assert_eq!(service.ready().await.0, 503);
    server.turn(Mode::Well);
    assert_eq!(service.builds("in time again").await["status"], "success");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cached_target_that_was_damaged_is_fetched_again() {
    let service = Service::start().await;
    assert_eq!(service.builds("before").await["status"], "success");
    let targets = service.world.data().join("tuf/targets");
    for entry in std::fs::read_dir(&targets).unwrap() {
        let path = entry.unwrap().path();
        let mut content = std::fs::read(&path).unwrap();
        let middle = content.len() / 2;
        content[middle] ^= 1;
        std::fs::write(path, content).unwrap();
    }
    // Without its shared part, a build reads the targets; what it makes of them is what it was.
    let first = service.builds("one").await;
    std::fs::remove_dir_all(service.world.data().join("shared")).unwrap();
    std::fs::create_dir(service.world.data().join("shared")).unwrap();
    let second = service.builds("two").await;
    assert_eq!(
        (&first["status"], &second["status"]),
        (&"success".into(), &"success".into()),
        "{second}"
    );
}
