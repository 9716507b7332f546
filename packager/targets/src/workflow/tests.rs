//! Metadata that no repository writer would write: signed, but not belonging together.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::{TempDir, tempdir};

use crate::sample::signing::{SampleKey, sign};
use crate::{Check, Digests, Error, FileTransport, Hashes, Limits, Repository, RepositorySettings, Role, Target};

const EXPIRES: &str = "2026-01-02T00:00:00Z";

fn now() -> jiff::Timestamp {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

/// A folder of metadata that one key signs, listing versions alone.
struct Handmade {
    folder: TempDir,
    cache: TempDir,
    key: SampleKey,
}

impl Handmade {
    fn new() -> Self {
        let folder = Self {
            folder: tempdir().unwrap(),
            cache: tempdir().unwrap(),
            key: SampleKey::generate().unwrap(),
        };
        folder.put("timestamp", 1, &json!({"meta": meta("snapshot.json", 1)}));
        folder.put("snapshot", 1, &json!({"meta": meta("targets.json", 1)}));
        folder.put("targets", 1, &json!({"targets": {}}));
        folder
    }

    fn put(&self, role: &str, version: u64, own: &Value) {
        let path = self.folder.path().join(format!("{role}.json"));
        std::fs::write(path, self.sign(role, version, own)).unwrap();
    }

    fn sign(&self, role: &str, version: u64, own: &Value) -> Vec<u8> {
        let mut signed = json!({
            "_type": role, "spec_version": "1.0", "version": version, "expires": EXPIRES,
        });
        let members = own.as_object().unwrap().clone();
        signed.as_object_mut().unwrap().extend(members);
        sign(&signed, &[&self.key]).unwrap()
    }

    fn root(&self) -> Vec<u8> {
        let keys = json!({"keyids": [self.key.id()], "threshold": 1});
        let own = json!({
            "consistent_snapshot": false,
            "keys": {self.key.id(): self.key.json()},
            "roles": {"root": keys, "timestamp": keys, "snapshot": keys, "targets": keys},
        });
        self.sign("root", 1, &own)
    }

    async fn open(&self) -> Repository {
        let settings = RepositorySettings {
            url: url::Url::from_directory_path(self.folder.path()).unwrap(),
            trusted_root: self.root(),
            cache_dir: self.cache.path().to_owned(),
            limits: Limits::default(),
        };
        Repository::open(settings, Box::new(FileTransport)).await.unwrap()
    }

    fn metadata_cache(&self, name: &str) -> std::path::PathBuf {
        Path::new(self.cache.path()).join("metadata").join(name)
    }
}

fn meta(name: &str, version: u64) -> Value {
    json!({name: {"version": version}})
}

async fn refused(repository: &Repository) -> (Role, Check) {
    match repository.refresh(now()).await {
        Err(Error::Untrusted {
            subject: crate::Subject::Metadata(role),
            check,
            ..
        }) => (role, check),
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_file_of_another_version_than_announced_is_refused() {
    let folder = Handmade::new();
    let repository = folder.open().await;
    repository.refresh(now()).await.unwrap();
    folder.put("timestamp", 2, &json!({"meta": meta("snapshot.json", 2)}));
    assert_eq!(refused(&repository).await, (Role::Snapshot, Check::Version));
    folder.put("snapshot", 3, &json!({"meta": meta("targets.json", 2)}));
    assert_eq!(refused(&repository).await, (Role::Snapshot, Check::Version));
    folder.put("snapshot", 2, &json!({"meta": meta("targets.json", 2)}));
    assert_eq!(refused(&repository).await, (Role::Targets, Check::Version));
    folder.put("targets", 3, &json!({"targets": {}}));
    assert_eq!(refused(&repository).await, (Role::Targets, Check::Version));
    folder.put("targets", 2, &json!({"targets": {}}));
    repository.refresh(now()).await.unwrap();
}

#[tokio::test]
async fn a_listed_file_must_continue_to_be_listed() {
    let folder = Handmade::new();
    let mut listed = meta("targets.json", 1);
    listed["delegated.json"] = json!({"version": 4});
    folder.put("snapshot", 1, &json!({"meta": listed}));
    let repository = folder.open().await;
    repository.refresh(now()).await.unwrap();
    folder.put("timestamp", 2, &json!({"meta": meta("snapshot.json", 2)}));
    folder.put("snapshot", 2, &json!({"meta": meta("targets.json", 1)}));
    assert_eq!(refused(&repository).await, (Role::Snapshot, Check::Rollback));
    listed["delegated.json"] = json!({"version": 3});
    folder.put("snapshot", 2, &json!({"meta": listed}));
    assert_eq!(refused(&repository).await, (Role::Snapshot, Check::Rollback));
    listed["delegated.json"] = json!({"version": 4});
    folder.put("snapshot", 2, &json!({"meta": listed}));
    repository.refresh(now()).await.unwrap();
}

#[tokio::test]
async fn a_persisted_set_must_belong_together_and_guards_against_rollbacks() {
    let folder = Handmade::new();
    let text = |role: &str, version, own: Value| String::from_utf8(folder.sign(role, version, &own)).unwrap();
    let set = |snapshot_version| {
        json!({
            "timestamp": text("timestamp", 7, json!({"meta": meta("snapshot.json", 5)})),
            "snapshot": text("snapshot", snapshot_version, json!({"meta": meta("targets.json", 3)})),
            "targets": text("targets", 3, json!({"targets": {}})),
        })
    };
    std::fs::create_dir_all(folder.metadata_cache("")).unwrap();
    let write = |set: Value| {
        std::fs::write(folder.metadata_cache("complete.json"), set.to_string()).unwrap();
    };

    write(set(6));
    let repository = folder.open().await;
    assert!(matches!(repository.current(now()), Err(Error::Unavailable)));
    drop(repository);

    write(set(5));
    let repository = folder.open().await;
    assert!(repository.current(now()).is_ok());
    assert_eq!(refused(&repository).await, (Role::Timestamp, Check::Rollback));
}

#[tokio::test]
async fn a_cached_file_must_agree_with_all_that_is_listed() {
    let folder = Handmade::new();
    let files = folder.folder.path().join("targets");
    std::fs::create_dir(&files).unwrap();
    std::fs::write(files.join("orbit"), b"orbit").unwrap();
    let repository = folder.open().await;
    let digests = Digests::of(b"orbit");
    let target = |length_bytes, sha256| Target {
        name: "orbit".parse().unwrap(),
        length_bytes,
        hashes: Hashes::new(sha256, Some(digests.sha512)).unwrap(),
        version: None,
        consistent_snapshot: false,
    };
    repository.fetch(&target(5, None)).await.unwrap();
    repository.fetch(&target(5, Some(digests.sha256))).await.unwrap();
    for (target, expected) in [
        (target(4, None), Check::Length),
        (target(5, Some([0; 32])), Check::Hash),
    ] {
        match repository.fetch(&target).await {
            Err(Error::Untrusted { check, .. }) => assert_eq!(check, expected),
            other => panic!("not refused: {other:?}"),
        }
    }
}
