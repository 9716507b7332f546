//! Repositories over HTTP: servers that misbehave, and callers who come together.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use common::server::{Answer, Server, file};
use common::{ORBIT, limits, name, now, published, settings};
use futures_util::future::join_all;
use packager_targets::{Check, Error, HttpSettings, Limits, Proxies, Repository, Role, Subject, Target, transport};
use tempfile::{TempDir, tempdir};
use tokio::sync::Notify;

const TARGET: &str = "/targets/orbit/linux/stable/orbit";

fn direct() -> HttpSettings {
    HttpSettings {
        proxies: Proxies::Direct,
        ..HttpSettings::default()
    }
}

async fn open_with(server: &Server, root: &[u8], cache: &Path, limits: Limits) -> Repository {
    let mut settings = settings(server.url.clone(), root, cache);
    settings.limits = limits;
    let transport = transport(&server.url, &direct()).unwrap();
    Repository::open(settings, transport).await.unwrap()
}

async fn open(server: &Server, root: &[u8], cache: &Path) -> Repository {
    open_with(server, root, cache, limits()).await
}

/// A repository whose server answers `path` in its own way.
struct Odd {
    server: Server,
    repository: Repository,
    cache: TempDir,
    _folder: TempDir,
}

async fn odd(path: &'static str, answer: impl Fn() -> Answer + Send + Sync + 'static) -> Odd {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let sample = published(folder.path());
    let files = folder.path().to_owned();
    let server = Server::start(move |asked| if asked == path { answer() } else { file(&files, asked) }).await;
    let repository = open(&server, sample.root(), cache.path()).await;
    Odd {
        server,
        repository,
        cache,
        _folder: folder,
    }
}

impl Odd {
    async fn target(&self) -> Target {
        let metadata = self.repository.refresh(now()).await.unwrap();
        metadata.target(&name(ORBIT)).unwrap()
    }
}

fn is_transport(result: &Result<impl std::fmt::Debug, Error>, expected: Subject) -> bool {
    matches!(result, Err(Error::Transport { subject, .. }) if *subject == expected)
}

#[tokio::test]
async fn an_unchanged_repository_costs_two_small_requests() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    let server = Server::folder(folder.path()).await;
    let repository = open(&server, sample.root(), cache.path()).await;
    repository.refresh(now()).await.unwrap();
    assert_eq!(
        server.requests(),
        ["/2.root.json", "/timestamp.json", "/snapshot.json", "/targets.json"]
    );
    for _ in 0..2 {
        server.forget_requests();
        sample.sign_timestamp().unwrap();
        repository.refresh(now()).await.unwrap();
        assert_eq!(server.requests(), ["/2.root.json", "/timestamp.json"]);
    }
}

#[tokio::test]
async fn concurrent_refreshes_share_one_walk() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let sample = published(folder.path());
    let server = Server::folder(folder.path()).await;
    let repository = open(&server, sample.root(), cache.path()).await;
    let results = join_all((0..20).map(|_| repository.refresh(now()))).await;
    assert!(results.iter().all(Result::is_ok));
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn names_are_percent_encoded() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    let plus = name("orbit/linux/1.0+rc/orbit");
    sample.put_target(&plus, b"plus", None).unwrap();
    sample.publish().unwrap();
    let server = Server::folder(folder.path()).await;
    let repository = open(&server, sample.root(), cache.path()).await;
    let metadata = repository.refresh(now()).await.unwrap();
    repository.fetch(&metadata.target(&plus).unwrap()).await.unwrap();
    let asked = server.requests().pop().unwrap();
    assert_eq!(asked, "/targets/orbit/linux/1.0%2Brc/orbit");
}

#[tokio::test]
async fn what_object_stores_answer_for_a_missing_root_ends_the_walk() {
    for status in [403, 404, 410] {
        let odd = odd("/2.root.json", move || Answer::Status(status)).await;
        odd.repository.refresh(now()).await.unwrap();
    }
    for status in [204, 304, 401, 429, 500, 503] {
        let odd = odd("/2.root.json", move || Answer::Status(status)).await;
        let result = odd.repository.refresh(now()).await;
        assert!(is_transport(&result, Role::Root.into()), "{status}: {result:?}");
    }
}

#[tokio::test]
async fn a_missing_file_is_a_passing_fault() {
    let odd = odd("/snapshot.json", || Answer::Status(404)).await;
    let result = odd.repository.refresh(now()).await;
    assert!(is_transport(&result, Role::Snapshot.into()), "{result:?}");
}

#[tokio::test]
async fn redirects_are_followed_a_few_times() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let sample = published(folder.path());
    let files = folder.path().to_owned();
    let server = Server::start(move |asked| match asked.split_once("?hops=") {
        None if asked == "/timestamp.json" => Answer::Redirect("/timestamp.json?hops=5".into()),
        None => file(&files, asked),
        Some((path, "1")) => file(&files, path),
        Some((path, hops)) => {
            let hops: u32 = hops.parse().unwrap();
            Answer::Redirect(format!("{path}?hops={}", hops - 1))
        }
    })
    .await;
    let repository = open(&server, sample.root(), cache.path()).await;
    repository.refresh(now()).await.unwrap();
    drop(repository);

    let circle = odd("/timestamp.json", || Answer::Redirect("/timestamp.json".into())).await;
    let result = circle.repository.refresh(now()).await;
    assert!(is_transport(&result, Role::Timestamp.into()), "{result:?}");
    assert_eq!(circle.server.requests().len(), 1 + 6);
}

#[tokio::test]
async fn endless_metadata_is_refused() {
    for (path, role) in [
        ("/2.root.json", Role::Root),
        ("/timestamp.json", Role::Timestamp),
        ("/snapshot.json", Role::Snapshot),
        ("/targets.json", Role::Targets),
    ] {
        let odd = odd(path, || Answer::Endless).await;
        let Err(Error::Untrusted { subject, check, .. }) = odd.repository.refresh(now()).await else {
            panic!("{role} is not refused");
        };
        assert_eq!((subject, check), (role.into(), Check::Length));
    }
}

#[tokio::test]
async fn targets_of_a_wrong_length_or_content_are_refused_and_not_kept() {
    type MakeAnswer = fn() -> Answer;
    let cases: [(MakeAnswer, Check); 4] = [
        (|| Answer::Endless, Check::Length),
        (|| Answer::Unmeasured(b"orbit".to_vec()), Check::Length),
        (|| Answer::File(b"orbit 12".to_vec()), Check::Length),
        (|| Answer::File(b"orbit 2".to_vec()), Check::Hash),
    ];
    for (answer, expected) in cases {
        let odd = odd(TARGET, answer).await;
        let target = odd.target().await;
        let Err(Error::Untrusted { subject, check, .. }) = odd.repository.fetch(&target).await else {
            panic!("not refused: {expected}");
        };
        assert_eq!((subject, check), (Subject::Target, expected));
        let left = fs::read_dir(odd.cache.path().join("targets")).unwrap();
        assert_eq!(left.count(), 0);
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_a_passing_fault() {
    let short = || Answer::Short {
        promised: 7,
        sent: b"orb".to_vec(),
    };
    let odd = odd(TARGET, short).await;
    let target = odd.target().await;
    let result = odd.repository.fetch(&target).await;
    assert!(is_transport(&result, Subject::Target), "{result:?}");
}

#[tokio::test]
async fn a_body_that_stalls_is_given_up() {
    let stalled = Arc::new(Notify::new());
    let told = Arc::clone(&stalled);
    let odd = odd(TARGET, move || Answer::Stall(Arc::clone(&told))).await;
    let target = odd.target().await;
    let pause = async {
        stalled.notified().await;
        // From here on the clock jumps to the next deadline whenever nothing else happens.
        tokio::time::pause();
    };
    let (result, ()) = tokio::join!(odd.repository.fetch(&target), pause);
    assert!(is_transport(&result, Subject::Target), "{result:?}");
}

#[tokio::test]
async fn a_target_beyond_the_limit_is_not_asked_for() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let sample = published(folder.path());
    let server = Server::folder(folder.path()).await;
    for (target_bytes, allowed) in [(7, true), (6, false)] {
        let mut limits = limits();
        limits.target_bytes = target_bytes;
        let cache = cache.path().join(target_bytes.to_string());
        let repository = open_with(&server, sample.root(), &cache, limits).await;
        let metadata = repository.refresh(now()).await.unwrap();
        server.forget_requests();
        let result = repository.fetch(&metadata.target(&name(ORBIT)).unwrap()).await;
        assert_eq!(result.is_ok(), allowed);
        assert_eq!(server.requests().len(), usize::from(allowed));
    }
}

#[tokio::test]
async fn the_walk_over_roots_is_bounded() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    let pinned = sample.root().to_vec();
    for _ in 0..3 {
        sample.sign_root().unwrap();
    }
    let server = Server::folder(folder.path()).await;
    let mut limits = limits();
    limits.root_rotations = 2;
    let repository = open_with(&server, &pinned, cache.path(), limits).await;
    let metadata = repository.refresh(now()).await.unwrap();
    assert_eq!(metadata.version(Role::Root).get(), 3);
    let metadata = repository.refresh(now()).await.unwrap();
    assert_eq!(metadata.version(Role::Root).get(), 4);
}

#[tokio::test]
async fn concurrent_callers_share_one_download() {
    let go = Arc::new(Notify::new());
    let held = Arc::clone(&go);
    let answer = move || Answer::Held(Arc::clone(&held), b"orbit 1".to_vec());
    let odd = Arc::new(odd(TARGET, answer).await);
    let target = odd.target().await;
    odd.server.forget_requests();

    // The first caller starts the download and goes away.
    let first = {
        let (odd, target) = (Arc::clone(&odd), target.clone());
        tokio::spawn(async move { odd.repository.fetch(&target).await.map(drop) })
    };
    while odd.server.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    let released = Arc::new(AtomicBool::new(false));
    let callers = join_all((0..20).map(|_| odd.repository.fetch(&target)));
    let release = async {
        tokio::task::yield_now().await;
        released.store(true, Ordering::SeqCst);
        go.notify_one();
    };
    let (results, ()) = tokio::join!(callers, release);
    assert!(released.load(Ordering::SeqCst));
    assert!(results.iter().all(Result::is_ok));
    odd.repository.fetch(&target).await.unwrap();
    assert_eq!(odd.server.requests(), [TARGET]);
}

#[test]
fn settings_that_cannot_be_used_are_refused() {
    let url = "https://updates.example.com".parse().unwrap();
    let refused = |settings: &HttpSettings| matches!(transport(&url, settings), Err(Error::InvalidSettings { .. }));
    assert!(!refused(&HttpSettings::default()));
    for pem in [
        &b""[..],
        b"nonsense",
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        let settings = HttpSettings {
            private_ca_pem: Some(pem.to_vec()),
            ..HttpSettings::default()
        };
        assert!(refused(&settings));
    }
    let ftp = "ftp://updates.example.com".parse().unwrap();
    assert!(transport(&ftp, &HttpSettings::default()).is_err());
}
