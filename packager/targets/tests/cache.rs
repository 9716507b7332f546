//! What stays in the cache, and what goes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::Command;

use common::{hours, limits, name, now, settings};
use packager_targets::sample::{SampleRepository, SampleSettings};
use packager_targets::{CachedTarget, EntryKind, FileTransport, Repository, Target};
use tempfile::{TempDir, tempdir};
use url::Url;

/// A repository of targets `0`, `1`, `2`, … of a hundred bytes, and `archive.tar.gz`.
struct World {
    folder: TempDir,
    cache: TempDir,
    sample: SampleRepository,
}

impl World {
    fn new() -> Self {
        let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
        let mut sample = SampleRepository::create(folder.path(), SampleSettings::until(hours(24))).unwrap();
        for number in 0..4_u8 {
            sample
                .put_target(&name(&number.to_string()), &[number; 100], None)
                .unwrap();
        }
        let source = cache.path().join("source");
        fs::create_dir(&source).unwrap();
        fs::write(source.join("file"), vec![7; 5000]).unwrap();
        let tar = Command::new("tar")
            .args(["-cz", "-C"])
            .arg(&source)
            .arg(".")
            .output()
            .unwrap();
        assert!(tar.status.success());
        sample.put_target(&name("archive.tar.gz"), &tar.stdout, None).unwrap();
        sample.publish().unwrap();
        fs::remove_dir_all(source).unwrap();
        Self { folder, cache, sample }
    }

    async fn open(&self, cache_bytes: u64) -> Opened<'_> {
        let url = Url::from_directory_path(self.folder.path()).unwrap();
        let mut settings = settings(url, self.sample.root(), self.cache.path());
        settings.limits = limits();
        settings.limits.cache_bytes = cache_bytes;
        let repository = Repository::open(settings, Box::new(FileTransport)).await.unwrap();
        Opened {
            world: self,
            repository,
        }
    }

    fn files(&self, folder: &str) -> usize {
        fs::read_dir(self.cache.path().join(folder)).unwrap().count()
    }
}

struct Opened<'a> {
    world: &'a World,
    repository: Repository,
}

impl Opened<'_> {
    async fn target(&self, target: &str) -> Target {
        let metadata = self.repository.refresh(now()).await.unwrap();
        metadata.target(&name(target)).unwrap()
    }

    async fn fetch(&self, target: &str) -> CachedTarget {
        let target = self.target(target).await;
        self.repository.fetch(&target).await.unwrap()
    }

    /// Which of the numbered targets are cached: those that can be fetched while the repository is away.
    async fn cached(&self) -> Vec<u8> {
        let (here, away) = (
            self.world.folder.path().join("targets"),
            self.world.folder.path().join("away"),
        );
        fs::rename(&here, &away).unwrap();
        let mut cached = Vec::new();
        for number in 0..4 {
            let target = self.target(&number.to_string()).await;
            if self.repository.fetch(&target).await.is_ok() {
                cached.push(number);
            }
        }
        fs::rename(away, here).unwrap();
        cached
    }
}

fn read(mut reader: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    reader.read_to_end(&mut content).map(|_| content)
}

/// Turns over a bit of a file of the cache.
fn flip(path: &Path) {
    let mut content = fs::read(path).unwrap();
    let middle = content.len() / 2;
    *content.get_mut(middle).unwrap() ^= 1;
    fs::write(path, content).unwrap();
}

#[tokio::test]
async fn the_cache_keeps_its_limit_and_what_was_used_last() {
    for (cache_bytes, expected) in [(300, vec![0, 1, 2]), (299, vec![1, 2])] {
        let world = World::new();
        let opened = world.open(cache_bytes).await;
        for number in ["0", "1", "2"] {
            opened.fetch(number).await;
        }
        assert_eq!(opened.cached().await, expected, "{cache_bytes}");
    }
    let world = World::new();
    let opened = world.open(300).await;
    for number in ["0", "1", "2", "0", "3"] {
        opened.fetch(number).await;
    }
    assert_eq!(opened.cached().await, [0, 2, 3]);
}

#[tokio::test]
async fn a_limit_below_one_release_lets_builds_go_on() {
    let world = World::new();
    let opened = world.open(1).await;
    for _ in 0..2 {
        let held = [
            opened.fetch("0").await,
            opened.fetch("1").await,
            opened.fetch("2").await,
        ];
        let archive = opened.fetch("archive.tar.gz").await;
        let unpacked = opened.repository.unpack(&archive).await.unwrap();
        drop(archive);
        for (number, target) in held.iter().enumerate() {
            assert_eq!(
                read(target.open().unwrap()).unwrap(),
                [u8::try_from(number).unwrap(); 100]
            );
        }
        let file = unpacked.entries.last().unwrap();
        assert_eq!(read(unpacked.open(file).unwrap().unwrap()).unwrap(), [7; 5000]);
        drop((held, unpacked));
        assert_eq!((world.files("targets"), world.files("unpacked")), (0, 0));
    }
}

#[tokio::test]
async fn a_reader_keeps_its_file_and_contents_go_with_their_archive() {
    let world = World::new();
    let opened = world.open(10_000).await;
    let archive = opened.fetch("archive.tar.gz").await;
    let unpacked = opened.repository.unpack(&archive).await.unwrap();
    let again = opened.repository.unpack(&archive).await.unwrap();
    let source = |unpacked: &packager_targets::Unpacked| match &unpacked.entries.last().unwrap().kind {
        EntryKind::File { source, .. } => source.clone(),
        EntryKind::Directory | EntryKind::Symlink { .. } => panic!("{unpacked:?}"),
    };
    assert_eq!(source(&unpacked), source(&again), "it is unpacked once");
    let path = source(&unpacked);
    let reader = unpacked.open(unpacked.entries.last().unwrap()).unwrap().unwrap();
    drop((archive, unpacked, again));
    assert!(path.exists(), "a reader holds it");
    drop(reader);
    assert!(path.exists(), "there is room for it");
    drop(opened);

    // Nothing that was unpacked outlives the process.
    let opened = world.open(10_000).await;
    assert_eq!((world.files("targets"), world.files("unpacked")), (1, 0));
    drop(opened);
    let opened = world.open(5100).await;
    let archive = opened.fetch("archive.tar.gz").await;
    let unpacked = opened.repository.unpack(&archive).await.unwrap();
    drop(archive);
    opened.fetch("0").await;
    drop(unpacked);
    opened.fetch("1").await;
    assert_eq!((world.files("targets"), world.files("unpacked")), (2, 0));
}

#[tokio::test]
async fn a_start_with_a_lower_limit_removes_the_oldest() {
    let world = World::new();
    let opened = world.open(1000).await;
    for (age, number) in [(3, "1"), (2, "0"), (1, "2")] {
        let target = opened.fetch(number).await;
        let modified = std::time::SystemTime::now() - std::time::Duration::from_secs(age * 100);
        fs::File::open(target.path()).unwrap().set_modified(modified).unwrap();
    }
    drop(opened);
    let opened = world.open(200).await;
    assert_eq!(opened.cached().await, [0, 2]);
}

#[tokio::test]
async fn a_bit_that_flips_on_the_disk_gets_into_nothing() {
    let world = World::new();
    let opened = world.open(1 << 20).await;
    let target = opened.fetch("1").await;
    flip(target.path());
    let error = read(target.open().unwrap()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let again = opened.fetch("1").await;
    assert_eq!(read(again.open().unwrap()).unwrap(), [1; 100]);
    assert_eq!(read(target.open().unwrap()).unwrap(), [1; 100], "it has the same name");
    drop((target, again));

    // In an archive, before it is unpacked and after.
    let archive = opened.fetch("archive.tar.gz").await;
    flip(archive.path());
    let error = opened.repository.unpack(&archive).await.unwrap_err();
    assert!(matches!(error, packager_targets::Error::Cache { .. }), "{error:?}");
    let archive = opened.fetch("archive.tar.gz").await;
    let unpacked = opened.repository.unpack(&archive).await.unwrap();
    let file = unpacked.entries.last().unwrap();
    let EntryKind::File { source, .. } = &file.kind else {
        panic!("{file:?}");
    };
    flip(source);
    let error = read(unpacked.open(file).unwrap().unwrap()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    let again = opened.repository.unpack(&archive).await.unwrap();
    let file = again.entries.last().unwrap();
    assert_eq!(read(again.open(file).unwrap().unwrap()).unwrap(), [7; 5000]);
    assert_eq!(world.files("unpacked"), 2);
    drop(unpacked);
    assert_eq!(
        world.files("unpacked"),
        1,
        "the damaged folder goes with its last reader"
    );
}
