//! Failures that pass, and what is known of them.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use common::server::{Answer, Server, file};
use common::{ORBIT, hours, limits, name, now, published, settings};
use packager_targets::{Error, HttpSettings, Proxies, Repository, transport};
use tempfile::tempdir;

const TARGET: &str = "/targets/orbit/linux/stable/orbit";

async fn open(server: &Server, root: &[u8], cache: &Path, attempts: u32) -> Repository {
    let mut settings = settings(server.url.clone(), root, cache);
    settings.limits = limits();
    settings.limits.retry.attempts = attempts;
    let http = HttpSettings {
        proxies: Proxies::Direct,
        ..HttpSettings::default()
    };
    let transport = transport(&server.url, &http).unwrap();
    Repository::open(settings, transport).await.unwrap()
}

/// Serves `folder`, but fails the first `failures` times that it is asked for `path`.
async fn failing(
    folder: &Path,
    path: &'static str,
    failures: u32,
    failure: impl Fn() -> Answer + Send + Sync + 'static,
) -> (Server, Arc<AtomicU32>) {
    let folder = folder.to_owned();
    let left = Arc::new(AtomicU32::new(failures));
    let count = Arc::clone(&left);
    let server = Server::start(move |asked| {
        let fails = asked == path
            && count
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                .is_ok();
        if fails { failure() } else { file(&folder, asked) }
    })
    .await;
    (server, left)
}

fn times(server: &Server, path: &str) -> usize {
    server.requests().iter().filter(|asked| *asked == path).count()
}

fn half() -> Answer {
    Answer::Short {
        promised: 7,
        sent: b"orb".to_vec(),
    }
}

#[tokio::test]
async fn a_download_that_breaks_off_begins_again_a_bounded_number_of_times() {
    for (failures, succeeds) in [(1, true), (2, true), (3, false)] {
        let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
        let sample = published(folder.path());
        let (server, _) = failing(folder.path(), TARGET, failures, half).await;
        let repository = open(&server, sample.root(), cache.path(), 3).await;
        let metadata = repository.refresh(now()).await.unwrap();
        let result = repository.fetch(&metadata.target(&name(ORBIT)).unwrap()).await;
        match result {
            Ok(cached) => assert_eq!(fs::read(cached.path()).unwrap(), b"orbit 1"),
            Err(Error::Transport { .. }) => {}
            Err(error) => panic!("{error:?}"),
        }
        assert_eq!(times(&server, TARGET), usize::try_from(failures.min(2) + 1).unwrap());
        let left = fs::read_dir(cache.path().join("targets")).unwrap().count();
        assert_eq!(left, usize::from(succeeds), "nothing temporary stays");
    }
}

#[tokio::test]
async fn metadata_is_asked_for_again_when_the_server_fails() {
    for path in ["/2.root.json", "/timestamp.json", "/snapshot.json", "/targets.json"] {
        for status in [500, 502, 503, 429, 408] {
            let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
            let sample = published(folder.path());
            let (server, _) = failing(folder.path(), path, 2, move || Answer::Status(status)).await;
            let repository = open(&server, sample.root(), cache.path(), 3).await;
            repository.refresh(now()).await.unwrap();
            assert_eq!(times(&server, path), 3);
        }
    }
}

#[tokio::test]
async fn what_does_not_pass_is_asked_for_once() {
    for failure in [
        || Answer::Status(401),
        || Answer::Status(204),
        || Answer::Redirect("ftp://a/".into()),
        || Answer::File(b"<!DOCTYPE html>".to_vec()),
        || Answer::Endless,
    ] {
        let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
        let sample = published(folder.path());
        let (server, _) = failing(folder.path(), "/timestamp.json", u32::MAX, failure).await;
        let repository = open(&server, sample.root(), cache.path(), 3).await;
        repository.refresh(now()).await.unwrap_err();
        assert_eq!(times(&server, "/timestamp.json"), 1);
    }
}

#[tokio::test]
async fn one_knows_since_when_the_repository_fails() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let sample = published(folder.path());
    let (server, failures) = failing(folder.path(), "/timestamp.json", 0, || Answer::Status(500)).await;
    let repository = open(&server, sample.root(), cache.path(), 1).await;
    assert!(!repository.status().is_fresh() && repository.status().expires.is_none());
    repository.refresh(now()).await.unwrap();
    assert!(repository.status().is_fresh());

    failures.store(2, Ordering::SeqCst);
    for hour in [1, 2] {
        repository.refresh(hours(hour)).await.unwrap_err();
        let status = repository.status();
        assert!(!status.is_fresh());
        assert_eq!(
            (status.succeeded_at, status.failing_since),
            (Some(now()), Some(hours(1)))
        );
        assert!(matches!(status.failure, Some(Error::Transport { .. })));
        assert_eq!(status.expires, Some(hours(24)));
    }
    repository.refresh(hours(3)).await.unwrap();
    let status = repository.status();
    assert!(status.is_fresh() && status.failing_since.is_none() && status.failure.is_none());
    drop(repository);

    let repository = open(&server, sample.root(), cache.path(), 1).await;
    let status = repository.status();
    assert!(!status.is_fresh(), "another process has asked");
    assert_eq!(status.expires, Some(hours(24)));
}
