//! From success to being forgotten.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it panics"
)]

mod support;

use jiff::Timestamp;
use packager_artifact::OwnBytes;
use packager_store::{Details, Error, Expiry, PackageId, Record, Signature, Stage};
use support::{
    artifact, at, create, details, file, fresh, nanosecond_before, open, opened, own, publish, published, sealed,
    share, state,
};

#[test]
fn a_package_goes_through_its_states() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    assert_eq!(store.view(id, at(0)).unwrap(), Some(Record::InProgress(Stage::Queued)));
    assert!(matches!(store.open_package(id, at(0)), Err(Error::NotReady)));
    store.set_stage(id, Stage::Signing);
    assert_eq!(store.view(id, at(0)).unwrap(), Some(Record::InProgress(Stage::Signing)));

    let shared = share(&store, "agent", b"shared bytes");
    let made = artifact(&store, Some(&shared));
    let profile = Some(OwnBytes::new(b"<plist/>".to_vec()));
    let with_profile = Details { profile, ..details() };
    store.publish(id, &made, with_profile.clone(), at(3)).unwrap();
    let Some(Record::Succeeded(record)) = store.view(id, at(3)).unwrap() else {
        panic!("not ready");
    };
    assert_eq!(record.file_name, made.file_name());
    assert_eq!(record.media_type, made.media_type());
    assert_eq!((record.sha256, record.size_bytes), (made.sha256(), made.size_bytes()));
    assert_eq!(record.layout, made.layout());
    assert_eq!(record.expires_at, at(1803));
    assert_eq!(
        (record.signature, &record.versions),
        (Signature::Signed, &with_profile.versions)
    );
    let package = opened(&store, id, at(3));
    assert_eq!(package.record, record);
    assert_eq!(package.own.expose(), own());
    assert_eq!(package.profile, with_profile.profile);
    assert!(!file(dir.path(), id, "job").exists());
    // What is over stays over.
    store.set_stage(id, Stage::Queued);
    assert_eq!(store.stats().queued, 0);
    assert!(matches!(
        store.publish(id, &made, details(), at(4)),
        Err(Error::NotInProgress)
    ));
    assert!(matches!(store.fail(id, "late", at(4)), Err(Error::NotInProgress)));
    assert_eq!(opened(&store, id, at(4)), package);
}

#[test]
fn a_failure_says_why_and_destroys_the_job() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    assert!(file(dir.path(), id, "job").exists());
    store.fail(id, "The channel does not exist.", at(2)).unwrap();
    assert_eq!(sealed(dir.path()), Vec::<std::path::PathBuf>::new());
    let Some(Record::Failed(failed)) = store.view(id, at(2)).unwrap() else {
        panic!("not failed");
    };
    assert_eq!(failed.logs, "The channel does not exist.");
    assert_eq!((failed.failed_at, failed.expires_at), (at(2), at(1802)));
    assert!(matches!(store.open_package(id, at(2)), Err(Error::Failed)));
}

/// Asks every question whose answer depends on the time.
fn answers(store: &packager_store::Store, id: PackageId, now: Timestamp) -> (&'static str, &'static str) {
    let opened = match store.open_package(id, now) {
        Ok(_) => "opens",
        Err(Error::Expired) => "expired",
        Err(Error::Unknown) => "unknown",
        Err(_) => "other",
    };
    (state(store, id, now), opened)
}

#[test]
fn expiry_is_exact_with_and_without_the_reaper() {
    let (dir, store) = fresh();
    let id = published(&store, "a", at(0));
    let (expires, forgotten) = (at(1800), at(1800 + 86_400));
    let before = nanosecond_before(expires);
    assert_eq!(store.next_due().unwrap(), Some(expires));
    assert_eq!(store.expire_due(before).unwrap(), Expiry::default());
    assert_eq!(answers(&store, id, before), ("succeeded", "opens"));
    assert_eq!(answers(&store, id, expires), ("expired", "expired"));
    assert!(file(dir.path(), id, "own").exists());
    assert_eq!(
        answers(&store, id, nanosecond_before(forgotten)),
        ("expired", "expired")
    );
    assert_eq!(answers(&store, id, forgotten), ("unknown", "unknown"));

    let done = |expired, forgotten| Expiry { expired, forgotten };
    assert_eq!(store.expire_due(expires).unwrap(), done(1, 0));
    assert_eq!(sealed(dir.path()).len(), 0);
    assert_eq!(answers(&store, id, expires), ("expired", "expired"));
    assert_eq!(store.next_due().unwrap(), Some(forgotten));
    assert_eq!(store.expire_due(nanosecond_before(forgotten)).unwrap(), done(0, 0));
    assert_eq!(
        answers(&store, id, nanosecond_before(forgotten)),
        ("expired", "expired")
    );
    assert_eq!(store.expire_due(forgotten).unwrap(), done(0, 1));
    assert_eq!(store.next_due().unwrap(), None);
    assert_eq!(store.stats(), packager_store::Stats::default());
}

#[test]
fn a_late_reaper_forgets_at_once_what_nobody_asks_for_any_more() {
    let (dir, store) = fresh();
    let id = published(&store, "a", at(0));
    store.expire_due(at(200_000)).unwrap();
    assert_eq!(sealed(dir.path()).len(), 0);
    assert_eq!(state(&store, id, at(0)), "unknown");
}

#[test]
fn the_reaper_takes_more_than_one_batch() {
    let (dir, store) = fresh();
    let made = artifact(&store, None);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (store, made) = (&store, &made);
            scope.spawn(move || {
                for number in 0..75 {
                    let asked = store.fingerprint(format!("{thread} {number}").as_bytes());
                    let id = store
                        .reserve(asked, b"job", packager_store::Retry::No, at(0), || Ok(()))
                        .unwrap()
                        .id;
                    store.publish(id, made, details(), at(number)).unwrap();
                }
            });
        }
    });
    assert_eq!(sealed(dir.path()).len(), 600);
    assert_eq!(store.expire_due(at(1800 + 73)).unwrap().expired, 8 * 74);
    assert_eq!(sealed(dir.path()).len(), 8);
    assert_eq!(store.stats().succeeded, 8);
}

#[test]
fn a_destroyed_package_reads_as_expired_from_then_on() {
    let (dir, store) = fresh();
    let ready = published(&store, "a", at(0));
    let failed = create(&store, "b", at(0));
    store.fail(failed, "no", at(0)).unwrap();
    for id in [ready, failed] {
        store.destroy(id, at(10)).unwrap();
        assert_eq!(answers(&store, id, at(10)), ("expired", "expired"));
        // Once more changes nothing, not even the time.
        store.destroy(id, at(500)).unwrap();
        assert_eq!(state(&store, id, nanosecond_before(at(10 + 86_400))), "expired");
        assert_eq!(state(&store, id, at(10 + 86_400)), "unknown");
        assert!(matches!(store.destroy(id, at(10 + 86_400)), Err(Error::Unknown)));
    }
    assert_eq!(sealed(dir.path()).len(), 0);
    assert!(matches!(store.destroy(PackageId::random(), at(0)), Err(Error::Unknown)));
}

#[test]
fn destroying_what_expired_unseen_destroys_its_bytes_too() {
    let (dir, store) = fresh();
    let id = published(&store, "a", at(0));
    store.destroy(id, at(2000)).unwrap();
    assert_eq!(sealed(dir.path()).len(), 0);
    assert_eq!(store.next_due().unwrap(), Some(at(1800 + 86_400)));
}

#[test]
fn a_package_destroyed_during_its_build_is_not_published() {
    let (dir, store) = fresh();
    for stage in [Stage::Queued, Stage::Building] {
        let id = create(&store, "a", at(0));
        store.set_stage(id, stage);
        store.destroy(id, at(1)).unwrap();
        assert_eq!(sealed(dir.path()).len(), 0);
        let result = store.publish(id, &artifact(&store, None), details(), at(2));
        assert!(matches!(result, Err(Error::NotInProgress)));
        assert!(matches!(store.fail(id, "late", at(2)), Err(Error::NotInProgress)));
        assert!(matches!(store.job(id), Err(Error::NotInProgress)));
        assert_eq!(answers(&store, id, at(2)), ("expired", "expired"));
    }
    assert_eq!(sealed(dir.path()).len(), 0);
    assert_eq!(store.unfinished(), []);
}

#[test]
fn publishing_and_destroying_at_once_leaves_no_package_that_reads_as_ready_without_bytes() {
    let (dir, store) = fresh();
    let made = artifact(&store, None);
    for round in 0..20 {
        let id = create(&store, &round.to_string(), at(0));
        let barrier = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                barrier.wait();
                let _ = store.publish(id, &made, details(), at(1));
            });
            barrier.wait();
            store.destroy(id, at(1)).unwrap();
        });
        assert_eq!(answers(&store, id, at(1)), ("expired", "expired"));
    }
    assert_eq!(sealed(dir.path()).len(), 0);
}

#[test]
fn a_package_needs_its_shared_parts_to_be_published_and_opened() {
    let (dir, store) = fresh();
    let shared = share(&store, "agent", b"shared bytes");
    let path = dir.path().join("shared").join(shared.part.sha256.to_string());
    let made = artifact(&store, Some(&shared));
    let id = create(&store, "a", at(0));
    std::fs::write(&path, b"shared byte").unwrap();
    assert!(matches!(
        store.publish(id, &made, details(), at(0)),
        Err(Error::PartMissing)
    ));
    assert_eq!(state(&store, id, at(0)), "in progress");
    share(&store, "agent", b"shared bytes");
    store.publish(id, &made, details(), at(0)).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(store.open_package(id, at(0)), Err(Error::PartMissing)));
    // Made again, it is the same.
    share(&store, "agent", b"shared bytes");
    opened(&store, id, at(0));
}

#[test]
fn other_times_after_a_restart_hold_for_what_is_remembered() {
    let (dir, store) = fresh();
    let id = published(&store, "a", at(0));
    store.expire_due(at(1800)).unwrap();
    drop(store);
    let longer = packager_store::StoreSettings {
        remember_expired: std::time::Duration::from_secs(200_000),
        ..support::settings()
    };
    let store = packager_store::Store::open(dir.path(), &support::key(1), longer, at(1801)).unwrap();
    store.expire_due(at(1800 + 199_999)).unwrap();
    assert_eq!(state(&store, id, at(1800 + 199_999)), "expired");
    store.expire_due(at(1800 + 200_000)).unwrap();
    assert_eq!(store.next_due().unwrap(), None);
    drop(store);
    assert_eq!(open(dir.path(), at(300_000)).stats().expired, 0);
}

#[test]
fn figures_follow_the_packages() {
    let (dir, store) = fresh();
    let building = create(&store, "a", at(0));
    store.set_stage(building, Stage::Building);
    create(&store, "b", at(0));
    published(&store, "c", at(0));
    let failed = create(&store, "d", at(0));
    store.fail(failed, "no", at(0)).unwrap();
    let gone = published(&store, "e", at(0));
    store.destroy(gone, at(0)).unwrap();
    share(&store, "agent", &[7; 1000]);
    let stats = store.stats();
    assert_eq!((stats.queued, stats.building), (1, 1));
    assert_eq!((stats.succeeded, stats.failed, stats.expired), (1, 1, 1));
    assert_eq!(stats.shared_bytes, 1000);
    assert!(stats.own_bytes > 6000 && stats.own_bytes < 8000);
    drop(store);
    // After a restart the build under way waits again.
    let again = open(dir.path(), at(1)).stats();
    assert_eq!((again.queued, again.building), (2, 0));
    assert_eq!(
        (
            again.succeeded,
            again.failed,
            again.expired,
            again.own_bytes,
            again.shared_bytes
        ),
        (
            stats.succeeded,
            stats.failed,
            stats.expired,
            stats.own_bytes,
            stats.shared_bytes
        )
    );
    let store = open(dir.path(), at(2));
    publish(&store, building, at(3));
}
