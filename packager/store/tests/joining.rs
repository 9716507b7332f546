//! Which request gets which package.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it panics"
)]

mod support;

use std::collections::HashSet;
use std::sync::Barrier;

use packager_store::{Error, Outcome, Retry, Stage, StorageLimit, Store, StoreSettings};
use support::{
    artifact, at, create, details, fresh, key, nanosecond_before, open, opened, publish, published, request, settings,
    share, state, submit,
};

#[test]
fn an_equal_request_joins_what_is_in_progress_or_ready() {
    let (_dir, store) = fresh();
    let first = submit(&store, "a", Retry::No, at(0)).unwrap();
    assert_eq!(first.outcome, Outcome::Created);
    for retry in [Retry::No, Retry::Yes] {
        let again = submit(&store, "a", retry, at(1)).unwrap();
        assert_eq!((again.id, again.outcome), (first.id, Outcome::Joined));
    }
    publish(&store, first.id, at(10));
    for retry in [Retry::No, Retry::Yes] {
        let again = submit(&store, "a", retry, nanosecond_before(at(1810))).unwrap();
        assert_eq!((again.id, again.outcome), (first.id, Outcome::Joined));
    }
    // To the nanosecond, and with no reaper: from its expiry on it is not joined.
    let next = submit(&store, "a", Retry::No, at(1810)).unwrap();
    assert_eq!(next.outcome, Outcome::Created);
    assert_ne!(next.id, first.id);
}

#[test]
fn another_request_gets_another_package() {
    let (_dir, store) = fresh();
    assert_ne!(create(&store, "a", at(0)), create(&store, "b", at(0)));
}

#[test]
fn a_failed_request_is_built_again_on_retry_alone() {
    let (_dir, store) = fresh();
    let failed = create(&store, "a", at(0));
    store.fail(failed, "no such channel", at(5)).unwrap();
    let same = submit(&store, "a", Retry::No, at(6)).unwrap();
    assert_eq!((same.id, same.outcome), (failed, Outcome::Joined));
    let new = submit(&store, "a", Retry::Yes, at(6)).unwrap();
    assert_eq!(new.outcome, Outcome::Created);
    assert_ne!(new.id, failed);
    // The new one is what is joined now, during its build and after it.
    assert_eq!(create(&store, "a", at(7)), new.id);
    publish(&store, new.id, at(8));
    assert_eq!(create(&store, "a", at(9)), new.id);
    assert_eq!(state(&store, failed, at(9)), "failed");
    // The old failure expires without taking the new package's place in the index with it.
    store.expire_due(at(1805)).unwrap();
    assert_eq!(state(&store, failed, at(1805)), "expired");
    assert_eq!(create(&store, "a", at(1806)), new.id);
}

#[test]
fn a_failure_is_remembered_as_long_as_a_package() {
    let (_dir, store) = fresh();
    let failed = create(&store, "a", at(0));
    store.fail(failed, "no", at(0)).unwrap();
    assert_eq!(create(&store, "a", nanosecond_before(at(1800))), failed);
    assert_ne!(create(&store, "a", at(1800)), failed);
}

#[test]
fn a_destroyed_package_is_not_joined() {
    let (_dir, store) = fresh();
    let ready = published(&store, "a", at(0));
    store.destroy(ready, at(1)).unwrap();
    let building = submit(&store, "a", Retry::No, at(1)).unwrap();
    assert_eq!(building.outcome, Outcome::Created);
    store.destroy(building.id, at(2)).unwrap();
    assert_eq!(submit(&store, "a", Retry::No, at(2)).unwrap().outcome, Outcome::Created);
}

#[test]
fn a_package_that_has_lost_a_part_is_not_joined() {
    for restarted in [false, true] {
        let (dir, mut store) = fresh();
        let entry = share(&store, "agent", b"shared bytes");
        let id = create(&store, "a", at(0));
        let composed = artifact(&store, Some(&entry));
        store.publish(id, &composed, details(), at(0)).unwrap();
        assert_eq!(create(&store, "a", at(1)), id);
        std::fs::remove_file(dir.path().join("shared").join(entry.part.sha256.to_string())).unwrap();
        if restarted {
            drop(store);
            store = open(dir.path(), at(1));
        }
        let again = submit(&store, "a", Retry::No, at(2)).unwrap();
        assert_eq!(again.outcome, Outcome::Created);
        let entry = share(&store, "agent", b"shared bytes");
        let composed = artifact(&store, Some(&entry));
        store.publish(again.id, &composed, details(), at(2)).unwrap();
        // The lost one is whole again too; the newer one is the answer, also when the older has expired.
        opened(&store, id, at(3));
        assert_eq!(create(&store, "a", at(3)), again.id);
        store.expire_due(at(1801)).unwrap();
        assert_eq!(state(&store, id, at(1801)), "expired");
        assert_eq!(create(&store, "a", at(1801)), again.id);
    }
}

#[test]
fn equal_requests_from_many_threads_get_one_package() {
    let (_dir, store) = fresh();
    for round in 0..10 {
        let name = round.to_string();
        let barrier = Barrier::new(16);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        submit(&store, &name, Retry::No, at(0)).unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let ids: HashSet<_> = answers.iter().map(|answer| answer.id).collect();
        let created = answers
            .iter()
            .filter(|answer| answer.outcome == Outcome::Created)
            .count();
        assert_eq!((ids.len(), created), (1, 1));
    }
}

fn limited(settings: StoreSettings) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path(), &key(1), settings, at(0)).unwrap();
    (dir, store)
}

#[test]
fn the_queue_holds_its_limit_and_not_one_more() {
    let (_dir, store) = limited(StoreSettings {
        queue_limit: 2,
        ..settings()
    });
    let first = create(&store, "a", at(0));
    create(&store, "b", at(0));
    assert!(matches!(submit(&store, "c", Retry::No, at(0)), Err(Error::QueueFull)));
    // Joining needs no place.
    assert_eq!(create(&store, "a", at(0)), first);
    // A build that has begun does not wait any more, and neither does one that is over.
    store.set_stage(first, Stage::Fetching);
    store.set_stage(first, Stage::Building);
    let third = create(&store, "c", at(0));
    assert!(matches!(submit(&store, "d", Retry::No, at(0)), Err(Error::QueueFull)));
    store.destroy(third, at(0)).unwrap();
    create(&store, "d", at(0));
    assert!(matches!(submit(&store, "e", Retry::No, at(0)), Err(Error::QueueFull)));
}

#[test]
fn a_full_storage_takes_nothing_new_but_still_answers() {
    let (dir, store) = fresh();
    let ready = published(&store, "a", at(0));
    let stored = store.stats().own_bytes;
    assert_eq!(
        stored,
        std::fs::metadata(support::file(dir.path(), ready, "own"))
            .unwrap()
            .len()
    );
    drop(store);
    let reopen = |limit| {
        let settings = StoreSettings {
            storage_limit: limit,
            ..settings()
        };
        Store::open(dir.path(), &key(1), settings, at(1)).unwrap()
    };
    for limit in [StorageLimit::Bytes(stored), StorageLimit::DiskPercent(0)] {
        let store = reopen(limit);
        assert!(matches!(submit(&store, "b", Retry::No, at(1)), Err(Error::StorageFull)));
        assert_eq!(create(&store, "a", at(1)), ready);
    }
    let store = reopen(StorageLimit::Bytes(stored + 1));
    let building = create(&store, "b", at(1));
    // What expires makes room.
    publish(&store, building, at(1));
    assert!(matches!(submit(&store, "c", Retry::No, at(2)), Err(Error::StorageFull)));
    store.expire_due(at(1800)).unwrap();
    create(&store, "c", at(1800));
}

#[test]
fn the_job_is_what_was_asked_for_until_the_build_ends() {
    let (_dir, store) = fresh();
    let id = create(&store, "a", at(0));
    assert_eq!(*store.job(id).unwrap(), request("a"));
    publish(&store, id, at(0));
    assert!(matches!(store.job(id), Err(Error::NotInProgress)));
}
