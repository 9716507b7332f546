//! Targets that are read while they come.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod common;

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use common::server::{Answer, Server, file};
use common::{ORBIT, hours, name, now, settings};
use packager_targets::sample::{SampleRepository, SampleSettings};
use packager_targets::{Error, HttpSettings, Proxies, Repository, TargetStream, transport};
use tempfile::{TempDir, tempdir};
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

const TARGET: &str = "/targets/orbit/linux/stable/orbit";
const SIZE: usize = 3 << 20;

fn content() -> Vec<u8> {
    (0..SIZE).map(|place| u8::try_from(place % 251).unwrap()).collect()
}

/// A repository whose one target is answered as a test wants it.
struct World {
    server: Server,
    sample: SampleRepository,
    cache: TempDir,
    _folder: TempDir,
}

impl World {
    async fn new(answer: impl Fn(Vec<u8>) -> Answer + Send + Sync + 'static) -> Self {
        let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
        let mut sample = SampleRepository::create(folder.path(), SampleSettings::until(hours(24))).unwrap();
        sample.put_target(&name(ORBIT), &content(), None).unwrap();
        sample.publish().unwrap();
        let root = folder.path().to_owned();
        let server = Server::start(move |asked| match asked {
            TARGET => answer(content()),
            _ => file(&root, asked),
        })
        .await;
        Self {
            server,
            sample,
            cache,
            _folder: folder,
        }
    }

    async fn open(&self) -> Repository {
        let http = HttpSettings {
            proxies: Proxies::Direct,
            ..HttpSettings::default()
        };
        let settings = settings(self.server.url.clone(), self.sample.root(), self.cache.path());
        let transport = transport(&self.server.url, &http).unwrap();
        Repository::open(settings, transport).await.unwrap()
    }

    fn cached(&self) -> Vec<std::path::PathBuf> {
        let targets: &Path = &self.cache.path().join("targets");
        let entries = std::fs::read_dir(targets).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    }
}

async fn stream(repository: &Repository) -> TargetStream {
    let metadata = repository.refresh(now()).await.unwrap();
    repository.stream(&metadata.target(&name(ORBIT)).unwrap())
}

async fn read(stream: &TargetStream) -> Result<Vec<u8>, (usize, std::io::Error)> {
    let mut reader = stream.reader();
    let reading = spawn_blocking(move || {
        let mut all = Vec::new();
        match reader.read_to_end(&mut all) {
            Ok(_) => Ok(all),
            Err(error) => Err((all.len(), error)),
        }
    });
    reading.await.unwrap()
}

#[tokio::test]
async fn what_has_come_is_read_while_the_rest_is_on_its_way() {
    let rest = Arc::new(Notify::new());
    let held = Arc::clone(&rest);
    let world = World::new(move |content| Answer::Halves(Arc::clone(&held), content)).await;
    let repository = world.open().await;
    let stream = stream(&repository).await;
    let mut reader = stream.reader();
    let reading = spawn_blocking(move || {
        let mut all = vec![0; SIZE / 3];
        reader.read_exact(&mut all).unwrap();
        // The server sends the second half only now.
        rest.notify_one();
        reader.read_to_end(&mut all).unwrap();
        all
    });
    assert!(reading.await.unwrap() == content());
    assert!(stream.failure().is_none());
    assert_eq!(world.cached().len(), 1);
}

#[tokio::test]
async fn the_end_of_other_bytes_is_not_handed_out() {
    let world = World::new(|mut content| {
        content[7] ^= 1;
        Answer::File(content)
    })
    .await;
    let repository = world.open().await;
    let stream = stream(&repository).await;
    let (handed_out, _) = read(&stream).await.unwrap_err();
    assert!(handed_out < SIZE, "{handed_out}");
    while stream.failure().is_none() {
        tokio::task::yield_now().await;
    }
    assert!(matches!(stream.failure(), Some(Error::Untrusted { .. })));
    assert!(world.cached().is_empty());
}

#[tokio::test]
async fn a_download_that_begins_again_is_read_on() {
    let times = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&times);
    let world = World::new(move |content| match count.fetch_add(1, Ordering::SeqCst) {
        0 => Answer::Short {
            promised: SIZE,
            sent: content[..SIZE / 2].to_vec(),
        },
        _ => Answer::File(content),
    })
    .await;
    let repository = world.open().await;
    let stream = stream(&repository).await;
    assert!(read(&stream).await.unwrap() == content());
    assert_eq!(times.load(Ordering::SeqCst), 2);
}

/// The first attempt's bytes are not the target's, the second's are: what was handed out of the first must not pass.
#[tokio::test]
async fn bytes_of_an_attempt_that_failed_count() {
    let (times, read_some) = (AtomicU32::new(0), Arc::new(Notify::new()));
    let held = Arc::clone(&read_some);
    let world = World::new(move |mut content| match times.fetch_add(1, Ordering::SeqCst) {
        0 => {
            content[7] ^= 1;
            Answer::Half(Arc::clone(&held), content)
        }
        _ => Answer::File(content),
    })
    .await;
    let repository = world.open().await;
    let stream = stream(&repository).await;
    let mut reader = stream.reader();
    let reading = spawn_blocking(move || {
        let mut all = vec![0; 1000];
        reader.read_exact(&mut all).unwrap();
        read_some.notify_one();
        reader.read_to_end(&mut all).map(|_| all[7])
    });
    assert!(reading.await.unwrap().is_err());
}

#[tokio::test]
async fn a_cached_target_is_read_from_the_cache_and_checked() {
    let world = World::new(Answer::File).await;
    let repository = world.open().await;
    assert!(read(&stream(&repository).await).await.unwrap() == content());
    world.server.forget_requests();
    let again = stream(&repository).await;
    assert!(read(&again).await.unwrap() == content());
    assert!(!world.server.requests().iter().any(|asked| asked == TARGET));

    let path = world.cached().pop().unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[SIZE / 2] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let (_, error) = read(&again).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidData);
    assert!(
        read(&stream(&repository).await).await.unwrap() == content(),
        "it is fetched anew"
    );
}

#[tokio::test]
async fn nobody_waits_for_a_repository_that_is_gone() {
    let never = Arc::new(Notify::new());
    let world = World::new(move |content| Answer::Held(Arc::clone(&never), content)).await;
    let repository = world.open().await;
    let stream = stream(&repository).await;
    let reading = tokio::spawn(async move { read(&stream).await });
    drop(repository);
    assert!(reading.await.unwrap().is_err());
}
