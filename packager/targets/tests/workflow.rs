//! The client workflow against repositories of the sample writer, which have go-tuf's form.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use std::fs;

use common::{ORBIT, hours, name, now, open, publish, published};
use packager_targets::sample::{ConsistentSnapshot, ListedDigests, SampleSettings};
use packager_targets::{Check, Error, Role, Subject};
use tempfile::tempdir;

fn untrusted(result: Result<impl std::fmt::Debug, Error>) -> (Subject, Check) {
    match result {
        Err(Error::Untrusted { subject, check, .. }) => (subject, check),
        other => panic!("not refused: {other:?}"),
    }
}

fn expired(result: Result<impl std::fmt::Debug, Error>) -> Role {
    match result {
        Err(Error::Expired { role, .. }) => role,
        other => panic!("not expired: {other:?}"),
    }
}

#[tokio::test]
async fn every_choice_of_digests_and_names_works() {
    for digests in [
        ListedDigests::Sha512Alone,
        ListedDigests::Sha256Alone,
        ListedDigests::Both,
    ] {
        for consistent_snapshot in [ConsistentSnapshot::No, ConsistentSnapshot::Yes] {
            let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
            let settings = SampleSettings {
                digests,
                consistent_snapshot,
                expires: hours(24),
            };
            let sample = publish(folder.path(), settings);
            let repository = open(folder.path(), sample.root(), cache.path()).await;
            let metadata = repository.refresh(now()).await.unwrap();
            let target = metadata.target(&name(ORBIT)).unwrap();
            assert_eq!(target.length_bytes(), 7);
            assert_eq!(target.version().unwrap().as_str(), "1.58.0");
            let lists_sha512 = target.hashes().sha512().is_some();
            assert_eq!(lists_sha512, digests != ListedDigests::Sha256Alone);
            let cached = repository.fetch(&target).await.unwrap();
            assert_eq!(fs::read(cached.path()).unwrap(), b"orbit 1");
            assert_eq!(metadata.expires(), hours(24));
            let missing = metadata.target(&name("orbit/linux/stable/nothing"));
            assert!(matches!(missing, Err(Error::NotFound { .. })));
        }
    }
}

#[tokio::test]
async fn a_refresh_sees_what_is_published_and_keeps_what_is_unchanged() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    let repository = open(folder.path(), sample.root(), cache.path()).await;
    assert!(matches!(repository.current(now()), Err(Error::Unavailable)));
    let first = repository.refresh(now()).await.unwrap();
    let same = repository.refresh(now()).await.unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &same));

    sample.sign_timestamp().unwrap();
    let signed = repository.refresh(now()).await.unwrap();
    assert_eq!(signed.version(Role::Timestamp).get(), 2);
    assert_eq!(signed.version(Role::Snapshot).get(), 1);
    assert_ne!(first.documents().timestamp, signed.documents().timestamp);

    sample.put_target(&name(ORBIT), b"orbit two", None).unwrap();
    sample.publish().unwrap();
    let published = repository.refresh(now()).await.unwrap();
    let target = published.target(&name(ORBIT)).unwrap();
    assert_eq!((target.length_bytes(), target.version()), (9, None));
    let on_disk = fs::read(folder.path().join("targets.json")).unwrap();
    assert_eq!(published.documents().targets, on_disk);
}

#[tokio::test]
async fn roots_are_walked_from_an_expired_pin_to_the_newest() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let mut sample = publish(folder.path(), SampleSettings::until(hours(-1)));
    let pinned = sample.root().to_vec();
    sample.rotate_key(Role::Root).unwrap();
    sample.rotate_key(Role::Root).unwrap();
    sample.rotate_key(Role::Targets).unwrap();
    for role in Role::ALL {
        sample.set_expires(role, hours(24));
    }
    sample.publish().unwrap();

    let repository = open(folder.path(), &pinned, cache.path()).await;
    assert_eq!(expired(repository.refresh(now()).await), Role::Root);

    sample.rotate_key(Role::Root).unwrap();
    let metadata = repository.refresh(now()).await.unwrap();
    assert_eq!(metadata.version(Role::Root).get(), 5);
    drop(repository);

    // The walk is remembered: without it, the repository is of no use.
    for version in 2..=4 {
        fs::remove_file(folder.path().join(format!("{version}.root.json"))).unwrap();
    }
    let repository = open(folder.path(), &pinned, cache.path()).await;
    assert_eq!(repository.current(now()).unwrap().version(Role::Root).get(), 5);
    repository.refresh(now()).await.unwrap();
}

#[tokio::test]
async fn a_root_of_another_repository_or_out_of_order_is_refused() {
    let (folder, other, cache) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    let mut stranger = published(other.path());
    stranger.rotate_key(Role::Root).unwrap();
    let repository = open(folder.path(), sample.root(), cache.path()).await;
    let path = folder.path().join("2.root.json");

    fs::copy(other.path().join("2.root.json"), &path).unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Root.into(), Check::Signatures));

    fs::copy(folder.path().join("1.root.json"), &path).unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Root.into(), Check::Version));

    sample.set_version(Role::Root, 3);
    sample.sign_root().unwrap();
    fs::copy(folder.path().join("3.root.json"), &path).unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Root.into(), Check::Version));

    fs::copy(folder.path().join("targets.json"), &path).unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Root.into(), Check::Type));
}

#[tokio::test]
async fn rollbacks_are_refused_also_after_a_restart() {
    let (folder, old, cache) = (tempdir().unwrap(), tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    for file in ["timestamp.json", "snapshot.json", "targets.json"] {
        fs::copy(folder.path().join(file), old.path().join(file)).unwrap();
    }
    sample.publish().unwrap();
    let repository = open(folder.path(), sample.root(), cache.path()).await;
    repository.refresh(now()).await.unwrap();
    drop(repository);

    for file in ["timestamp.json", "snapshot.json", "targets.json"] {
        fs::copy(old.path().join(file), folder.path().join(file)).unwrap();
    }
    let repository = open(folder.path(), sample.root(), cache.path()).await;
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Timestamp.into(), Check::Rollback));
    let current = repository.current(now()).unwrap();
    assert_eq!(current.version(Role::Timestamp).get(), 2);
}

#[tokio::test]
async fn an_older_timestamp_of_the_same_snapshot_is_refused() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    let repository = open(folder.path(), sample.root(), cache.path()).await;
    let path = folder.path().join("timestamp.json");
    let old = fs::read(&path).unwrap();
    sample.sign_timestamp().unwrap();
    repository.refresh(now()).await.unwrap();
    fs::write(path, old).unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Timestamp.into(), Check::Rollback));
}

#[tokio::test]
async fn rollbacks_behind_a_newer_timestamp_are_refused() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    sample.publish().unwrap();
    let repository = open(folder.path(), sample.root(), cache.path()).await;
    repository.refresh(now()).await.unwrap();

    sample.set_version(Role::Snapshot, 1);
    sample.publish().unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Timestamp.into(), Check::Rollback));

    sample.set_version(Role::Snapshot, 4);
    sample.set_version(Role::Targets, 1);
    sample.publish().unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Snapshot.into(), Check::Rollback));
}

#[tokio::test]
async fn an_expired_role_is_refused_and_equal_has_expired() {
    for role in [Role::Timestamp, Role::Snapshot, Role::Targets] {
        let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
        let mut sample = published(folder.path());
        let repository = open(folder.path(), sample.root(), cache.path()).await;
        sample.set_expires(role, hours(1));
        sample.publish().unwrap();
        assert_eq!(expired(repository.refresh(hours(1)).await), role);
        let metadata = repository.refresh(now()).await.unwrap();
        assert_eq!(metadata.expires(), hours(1));
        assert_eq!(expired(repository.refresh(hours(1)).await), role);
        assert_eq!(expired(repository.current(hours(1))), role);
        assert!(repository.current(now()).is_ok());
    }
}

#[tokio::test]
async fn rotated_online_keys_recover_from_a_fast_forward() {
    for role in [Role::Timestamp, Role::Snapshot] {
        let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
        let mut sample = published(folder.path());
        let pinned = sample.root().to_vec();
        let repository = open(folder.path(), &pinned, cache.path()).await;
        for forwarded in [Role::Timestamp, Role::Snapshot, Role::Targets] {
            sample.set_version(forwarded, u64::MAX - 1);
        }
        sample.publish().unwrap();
        repository.refresh(now()).await.unwrap();

        sample.rotate_key(role).unwrap();
        fs::remove_file(folder.path().join("timestamp.json")).unwrap();
        let failed = repository.refresh(now()).await;
        assert!(matches!(failed, Err(Error::Transport { .. })));
        drop(repository);

        // The process ended between the new root and the first timestamp after it.
        let repository = open(folder.path(), &pinned, cache.path()).await;
        for forwarded in [Role::Timestamp, Role::Snapshot, Role::Targets] {
            sample.set_version(forwarded, 2);
        }
        sample.publish().unwrap();
        let metadata = repository.refresh(now()).await.unwrap();
        assert_eq!(metadata.version(Role::Timestamp).get(), 2);
        drop(repository);
        let repository = open(folder.path(), &pinned, cache.path()).await;
        let metadata = repository.current(now()).unwrap();
        assert_eq!(metadata.version(Role::Targets).get(), 2);
    }
}

#[tokio::test]
async fn what_revoked_keys_signed_is_not_served_any_more() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    let repository = open(folder.path(), sample.root(), cache.path()).await;
    repository.refresh(now()).await.unwrap();
    sample.rotate_key(Role::Targets).unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Targets.into(), Check::Signatures));
    assert!(matches!(repository.current(now()), Err(Error::Unavailable)));
    sample.publish().unwrap();
    repository.refresh(now()).await.unwrap();
}

#[tokio::test]
async fn builds_go_on_while_the_repository_is_away() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let sample = published(folder.path());
    let pinned = sample.root().to_vec();
    let repository = open(folder.path(), &pinned, cache.path()).await;
    let metadata = repository.refresh(now()).await.unwrap();
    let target = metadata.target(&name(ORBIT)).unwrap();
    repository.fetch(&target).await.unwrap();
    drop(repository);

    fs::remove_dir_all(folder.path()).unwrap();
    let repository = open(folder.path(), &pinned, cache.path()).await;
    let failed = repository.refresh(now()).await;
    assert!(matches!(failed, Err(Error::Transport { .. })));
    let metadata = repository.current(now()).unwrap();
    let target = metadata.target(&name(ORBIT)).unwrap();
    repository.fetch(&target).await.unwrap();
    assert_eq!(expired(repository.current(hours(24))), Role::Root);
}

#[tokio::test]
async fn a_refresh_that_fails_half_way_still_guards_against_rollbacks() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let mut sample = published(folder.path());
    let repository = open(folder.path(), sample.root(), cache.path()).await;
    let first = fs::read(folder.path().join("timestamp.json")).unwrap();
    repository.refresh(now()).await.unwrap();
    sample.publish().unwrap();
    let snapshot = fs::read(folder.path().join("snapshot.json")).unwrap();
    fs::write(folder.path().join("snapshot.json"), b"{}").unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Snapshot.into(), Check::Length));
    let current = repository.current(now()).unwrap();
    assert_eq!(current.version(Role::Timestamp).get(), 1);

    drop(repository);

    // What was learnt survives a restart.
    let repository = open(folder.path(), sample.root(), cache.path()).await;
    let current = repository.current(now()).unwrap();
    assert_eq!(current.version(Role::Timestamp).get(), 1);
    let second = fs::read(folder.path().join("timestamp.json")).unwrap();
    fs::write(folder.path().join("timestamp.json"), first).unwrap();
    let refused = untrusted(repository.refresh(now()).await);
    assert_eq!(refused, (Role::Timestamp.into(), Check::Rollback));

    // The same timestamp again is no reason to stop short of the snapshot it lists.
    fs::write(folder.path().join("timestamp.json"), second).unwrap();
    fs::write(folder.path().join("snapshot.json"), snapshot).unwrap();
    let metadata = repository.refresh(now()).await.unwrap();
    assert_eq!(metadata.version(Role::Targets).get(), 2);
}

#[tokio::test]
async fn changed_metadata_is_refused() {
    for (file, role) in [
        ("timestamp.json", Role::Timestamp),
        ("snapshot.json", Role::Snapshot),
        ("targets.json", Role::Targets),
    ] {
        let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
        let sample = published(folder.path());
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        let changed = text.replacen("\"version\": 1", "\"version\": 2", 1);
        assert_ne!(text, changed);
        fs::write(&path, changed).unwrap();
        let repository = open(folder.path(), sample.root(), cache.path()).await;
        let check = match role {
            Role::Timestamp => Check::Signatures,
            _ => Check::Hash,
        };
        let refused = untrusted(repository.refresh(now()).await);
        assert_eq!(refused, (role.into(), check));
    }
}

#[tokio::test]
async fn damage_to_the_cache_is_noticed() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let sample = published(folder.path());
    let pinned = sample.root().to_vec();
    let repository = open(folder.path(), &pinned, cache.path()).await;
    let metadata = repository.refresh(now()).await.unwrap();
    let target = metadata.target(&name(ORBIT)).unwrap();
    let cached = repository.fetch(&target).await.unwrap();
    let path = cached.path().to_owned();
    fs::remove_file(&path).unwrap();
    repository.fetch(&target).await.unwrap();
    drop(repository);

    fs::write(&path, b"orbit X").unwrap();
    let unfinished = path.with_file_name(".tmpX");
    fs::write(&unfinished, b"orb").unwrap();
    fs::write(cache.path().join("metadata/complete.json"), b"{").unwrap();
    fs::write(cache.path().join("metadata/timestamp.json"), b"{}").unwrap();
    let repository = open(folder.path(), &pinned, cache.path()).await;
    assert!(!unfinished.exists());
    assert!(matches!(repository.current(now()), Err(Error::Unavailable)));
    repository.refresh(now()).await.unwrap();
    let cached = repository.fetch(&target).await.unwrap();
    assert_eq!(fs::read(cached.path()).unwrap(), b"orbit 1");
}

#[tokio::test]
async fn a_cache_directory_has_one_user_and_a_pin_must_be_a_root() {
    let (folder, cache) = (tempdir().unwrap(), tempdir().unwrap());
    let sample = published(folder.path());
    let _repository = open(folder.path(), sample.root(), cache.path()).await;
    let url = url::Url::from_directory_path(folder.path()).unwrap();
    let transport = || Box::new(packager_targets::FileTransport);
    let settings = common::settings(url.clone(), sample.root(), cache.path());
    let second = packager_targets::Repository::open(settings, transport()).await;
    assert!(matches!(second, Err(Error::Cache { .. })));

    let other = tempdir().unwrap();
    for pin in [
        &b"{}"[..],
        b"",
        &fs::read(folder.path().join("targets.json")).unwrap(),
        &String::from_utf8_lossy(sample.root())
            .replacen("\"version\": 1", "\"version\": 2", 1)
            .into_bytes(),
    ] {
        let settings = common::settings(url.clone(), pin, other.path());
        let result = packager_targets::Repository::open(settings, transport()).await;
        assert!(matches!(result, Err(Error::InvalidRoot { .. })), "{result:?}");
    }
}
