//! What every test of the store needs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it panics"
)]
#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use packager_artifact::{Artifact, DigestMemo, OwnBytes, Part, Unsigned};
use packager_store::{
    Details, Error, MasterKey, OpenPackage, PackageId, Record, Retry, SharedEntry, SharedKey, SignatureFile, Store,
    StoreSettings, Submitted, Versions,
};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub const SECRET: &str = "hunter2-marker-secret";
pub const URL: &str = "https://fleet.marker.example";

pub fn key(byte: u8) -> MasterKey {
    MasterKey::from_bytes(Zeroizing::new([byte; 32]))
}

pub fn settings() -> StoreSettings {
    StoreSettings {
        expire_after: Duration::from_secs(1800),
        remember_expired: Duration::from_secs(86_400),
        queue_limit: 1000,
        storage_limit: packager_store::StorageLimit::Bytes(u64::MAX),
    }
}

/// Seconds after some instant.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).unwrap()
}

pub fn nanosecond_before(at: Timestamp) -> Timestamp {
    at - Duration::from_nanos(1)
}

pub fn open(dir: &Path, now: Timestamp) -> Store {
    Store::open(dir, &key(1), settings(), now).unwrap()
}

pub fn fresh() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), at(0));
    (dir, store)
}

pub fn request(name: &str) -> Vec<u8> {
    format!("{name} {URL} {SECRET}").into_bytes()
}

pub fn submit(store: &Store, name: &str, retry: Retry, now: Timestamp) -> Result<Submitted, Error> {
    let request = request(name);
    store.submit(store.fingerprint(&request), &request, retry, now)
}

pub fn create(store: &Store, name: &str, now: Timestamp) -> PackageId {
    submit(store, name, Retry::No, now).unwrap().id
}

pub fn own() -> Vec<u8> {
    format!("own bytes with {URL} and {SECRET} {}", "x".repeat(6000)).into_bytes()
}

pub fn artifact(store: &Store, shared: Option<&SharedEntry>) -> Artifact {
    let mut parts = vec![Part::Own(OwnBytes::new(own()))];
    parts.extend(shared.map(|entry| Part::Shared(entry.part)));
    let composed = Unsigned {
        file_name: "fleet-osquery_1.2.3_amd64.deb".to_owned(),
        media_type: "application/vnd.debian.binary-package",
        parts,
    };
    Artifact::finish(composed, store.shared(), &DigestMemo::new()).unwrap()
}

pub fn details() -> Details {
    Details {
        signature: SignatureFile::Inside,
        versions: Versions {
            orbit: "1.2.3".to_owned(),
            osqueryd: "5.1.0".to_owned(),
            desktop: None,
        },
        profile: None,
    }
}

pub fn publish(store: &Store, id: PackageId, now: Timestamp) {
    store.publish(id, &artifact(store, None), details(), now).unwrap();
}

pub fn published(store: &Store, name: &str, now: Timestamp) -> PackageId {
    let id = create(store, name, now);
    publish(store, id, now);
    id
}

pub fn share(store: &Store, key: &str, bytes: &[u8]) -> SharedEntry {
    let mut writer = store.shared().writer().unwrap();
    writer.write_all(bytes).unwrap();
    let notes = serde_json::json!({ "files": 3 });
    store.shared().commit(&SharedKey::new(key), writer, notes).unwrap()
}

pub fn state(store: &Store, id: PackageId, now: Timestamp) -> &'static str {
    match store.view(id, now).unwrap() {
        Some(Record::InProgress(_)) => "in progress",
        Some(Record::Succeeded(_)) => "succeeded",
        Some(Record::Failed(_)) => "failed",
        Some(Record::Expired(_)) => "expired",
        None => "unknown",
    }
}

pub fn opened(store: &Store, id: PackageId, now: Timestamp) -> OpenPackage {
    store.open_package(id, now).unwrap()
}

pub fn file(dir: &Path, id: PackageId, extension: &str) -> PathBuf {
    let name = id.to_string();
    dir.join("packages")
        .join(&name[..2])
        .join(format!("{name}.{extension}"))
}

/// All files under a folder.
pub fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push(path);
        }
    }
    all
}

/// The sealed files.
pub fn sealed(dir: &Path) -> Vec<PathBuf> {
    files(&dir.join("packages"))
}

pub fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    assert!(!needle.is_empty());
    memchr::memmem::find(haystack, needle).is_some()
}

/// What a process killed at this moment leaves on the disk: a copy of the data directory, without what the running
/// store still has in memory.
pub fn killed(dir: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(dir, copy.path());
    copy
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
