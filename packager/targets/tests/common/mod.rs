//! What the tests of this crate share.
#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "each test file uses a part of this, and a failure here is a test's failure"
)]

pub mod server;

use std::path::Path;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use packager_targets::sample::{SampleRepository, SampleSettings};
use packager_targets::{FileTransport, Limits, Repository, RepositorySettings, TargetName};
use url::Url;

/// The fixed update start time of all tests.
pub fn now() -> Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

pub fn hours(hours: i64) -> Timestamp {
    now() + hours.hours()
}

pub fn name(text: &str) -> TargetName {
    text.parse().unwrap()
}

pub const ORBIT: &str = "orbit/linux/stable/orbit";

/// A sample repository with one target, published, which expires in a day.
pub fn published(folder: &Path) -> SampleRepository {
    publish(folder, SampleSettings::until(hours(24)))
}

pub fn publish(folder: &Path, settings: SampleSettings) -> SampleRepository {
    let mut repository = SampleRepository::create(folder, settings).unwrap();
    let version = "1.58.0".parse().unwrap();
    repository.put_target(&name(ORBIT), b"orbit 1", Some(&version)).unwrap();
    repository.publish().unwrap();
    repository
}

/// The defaults, but that nobody waits before asking again.
pub fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.retry.first_delay = Duration::ZERO;
    limits
}

pub fn settings(url: Url, root: &[u8], cache: &Path) -> RepositorySettings {
    RepositorySettings {
        url,
        trusted_root: root.to_vec(),
        cache_dir: cache.to_owned(),
        limits: limits(),
    }
}

/// Opens the repository in a local folder.
pub async fn open(folder: &Path, root: &[u8], cache: &Path) -> Repository {
    let url = Url::from_directory_path(folder).unwrap();
    Repository::open(settings(url, root, cache), Box::new(FileTransport))
        .await
        .unwrap()
}
