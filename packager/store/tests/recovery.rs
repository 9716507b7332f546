//! What a process finds that was killed at one moment or another.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it panics"
)]

mod support;

use std::fs;
use std::path::Path;

use packager_artifact::OwnBytes;
use packager_store::{Details, Error, Outcome, PackageId, Record, Retry, Signature, SignatureFile, Store};
use support::{
    artifact, at, create, details, file, files, fresh, key, killed, open, opened, own, publish, published, request,
    sealed, settings, share, state, submit,
};

/// What `Store::open` says that it does not open.
fn refusal(dir: &Path, byte: u8) -> Error {
    Store::open(dir, &key(byte), settings(), at(0)).map(drop).unwrap_err()
}

#[test]
fn only_one_store_at_a_time() {
    let (dir, store) = fresh();
    assert!(matches!(refusal(dir.path(), 1), Error::Locked));
    drop(store);
    open(dir.path(), at(0));
}

#[test]
fn another_master_key_is_refused_before_anything_is_touched() {
    let (dir, store) = fresh();
    let id = published(&store, "a", at(0));
    drop(store);
    assert!(matches!(refusal(dir.path(), 2), Error::WrongMasterKey));
    opened(&open(dir.path(), at(0)), id, at(0));
    // A torn check is made anew, if what is sealed opens.
    for torn in ["", "0123", "no digits at all"] {
        fs::write(dir.path().join("key-check"), torn).unwrap();
        assert!(matches!(refusal(dir.path(), 2), Error::WrongMasterKey));
        opened(&open(dir.path(), at(0)), id, at(0));
    }
    assert!(matches!(refusal(dir.path(), 2), Error::WrongMasterKey));
}

#[test]
fn a_promised_build_is_taken_up_again_in_order() {
    let (dir, store) = fresh();
    // The same instant for two, and the clock put back for one.
    let ids = [(at(5), "a"), (at(5), "b"), (at(6), "c"), (at(4), "d")].map(|(now, name)| create(&store, name, now));
    let order = [ids[3], ids[0], ids[1], ids[2]];
    assert_eq!(store.unfinished(), order);
    let copy = killed(dir.path());
    let store = open(copy.path(), at(10));
    assert_eq!(store.unfinished(), order);
    for (id, name) in ids.into_iter().zip(["a", "b", "c", "d"]) {
        assert_eq!(*store.job(id).unwrap(), request(name));
        let again = submit(&store, name, Retry::No, at(10)).unwrap();
        assert_eq!((again.id, again.outcome), (id, Outcome::Joined));
    }
    publish(&store, ids[0], at(11));
    assert_eq!(opened(&store, ids[0], at(11)).own.expose(), own());
    assert_eq!(sealed(copy.path()).len(), 4);
}

#[test]
fn only_a_reserved_build_is_forgotten() {
    let (dir, store) = fresh();
    let asked = store.fingerprint(b"a");
    let id = store.reserve(asked, b"a", Retry::No, at(0), || Ok(())).unwrap().id;
    let copy = killed(dir.path());
    assert_eq!(state(&open(copy.path(), at(0)), id, at(0)), "unknown");
    store.make_durable(id).unwrap();
    store.make_durable(id).unwrap();
    let copy = killed(dir.path());
    assert_eq!(open(copy.path(), at(0)).unfinished(), [id]);
    // Once its build is over, there is nothing left to make durable.
    publish(&store, id, at(0));
    store.make_durable(id).unwrap();
    assert_eq!(sealed(dir.path()), [file(dir.path(), id, "own")]);
    assert!(matches!(store.make_durable(PackageId::random()), Err(Error::Unknown)));
}

#[test]
fn a_build_that_ends_first_never_writes_its_job() {
    let (dir, store) = fresh();
    let asked = store.fingerprint(b"a");
    let id = store.reserve(asked, b"a", Retry::No, at(0), || Ok(())).unwrap().id;
    publish(&store, id, at(0));
    store.make_durable(id).unwrap();
    assert_eq!(sealed(dir.path()), [file(dir.path(), id, "own")]);
    let copy = killed(dir.path());
    assert_eq!(opened(&open(copy.path(), at(0)), id, at(0)).own.expose(), own());
}

#[test]
fn a_finished_package_is_served_byte_for_byte_though_the_index_never_heard_of_it() {
    let (dir, store) = fresh();
    let shared = share(&store, "agent", b"shared bytes");
    let id = create(&store, "a", at(0));
    store
        .publish(id, &artifact(&store, Some(&shared)), details(), at(0))
        .unwrap();
    let before = opened(&store, id, at(0));
    let copy = killed(dir.path());
    // As if nothing at all had reached the index.
    fs::remove_dir_all(copy.path().join("index")).unwrap();
    let store = open(copy.path(), at(1));
    assert_eq!(state(&store, id, at(1)), "succeeded");
    assert_eq!(
        store.view(id, at(1800)).unwrap(),
        Some(Record::Expired(packager_store::Expired { at: at(1800) }))
    );
    assert_eq!(create(&store, "a", at(1)), id);
    assert_eq!(store.next_due().unwrap(), Some(at(1800)));
    assert_eq!(opened(&store, id, at(1)), before);
    assert_eq!(store.stats().succeeded, 1);
}

/// Beside a profile, for they lie in one section.
#[test]
fn a_detached_signature_is_sealed_with_its_package_and_comes_back() {
    for profile in [None, Some(OwnBytes::new(b"<plist/>".to_vec()))] {
        let (dir, store) = fresh();
        let id = create(&store, "a", at(0));
        let signature = OwnBytes::new(b"detached-signature".to_vec());
        let with_both = Details {
            signature: SignatureFile::Beside(signature.clone()),
            profile: profile.clone(),
            ..details()
        };
        store.publish(id, &artifact(&store, None), with_both, at(0)).unwrap();
        drop(store);
        for path in files(dir.path()) {
            let bytes = fs::read(&path).unwrap();
            let found = bytes.windows(18).any(|window| window == signature.expose());
            assert!(!found, "{}", path.display());
        }
        // As if nothing at all had reached the index.
        fs::remove_dir_all(dir.path().join("index")).unwrap();
        let package = opened(&open(dir.path(), at(1)), id, at(1));
        assert_eq!(package.record.signature, Signature::Detached { size_bytes: 18 });
        assert_eq!(package.own.expose(), own());
        assert_eq!(
            (package.profile, package.detached_signature),
            (profile, Some(signature))
        );
    }
}

#[test]
fn a_package_that_expired_meanwhile_reads_so_at_once_and_is_destroyed_soon() {
    for index in ["kept", "lost"] {
        let (dir, store) = fresh();
        let id = published(&store, "a", at(0));
        let failed = create(&store, "b", at(0));
        store.fail(failed, "no", at(0)).unwrap();
        store.flush().unwrap();
        let copy = killed(dir.path());
        if index == "lost" {
            fs::remove_dir_all(copy.path().join("index")).unwrap();
        }
        let store = open(copy.path(), at(1800));
        assert_eq!(state(&store, id, at(1800)), "expired");
        store.expire_due(at(1800)).unwrap();
        assert_eq!(sealed(copy.path()).len(), 0);
        assert_eq!(state(&store, id, at(1800)), "expired");
        drop(store);
        let store = open(copy.path(), at(1800 + 86_400));
        assert_eq!(state(&store, id, at(1800 + 86_400)), "unknown");
        store.expire_due(at(1800 + 86_400)).unwrap();
        assert_eq!(store.stats(), packager_store::Stats::default());
    }
}

#[test]
fn killed_between_the_own_file_and_the_end_of_the_job() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    let job = fs::read(file(dir.path(), id, "job")).unwrap();
    publish(&store, id, at(1));
    let copy = killed(dir.path());
    fs::write(file(copy.path(), id, "job"), job).unwrap();
    let store = open(copy.path(), at(2));
    assert_eq!(state(&store, id, at(2)), "succeeded");
    assert_eq!(sealed(copy.path()), [file(copy.path(), id, "own")]);
    assert_eq!(store.unfinished(), []);
}

#[test]
fn killed_after_a_torn_own_file_the_build_begins_again() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    let copy = killed(dir.path());
    fs::write(file(copy.path(), id, "own"), b"FPSEAL\x01\x02 half of it").unwrap();
    let store = open(copy.path(), at(2));
    assert_eq!(store.unfinished(), [id]);
    assert_eq!(sealed(copy.path()), [file(copy.path(), id, "job")]);
    publish(&store, id, at(3));
    opened(&store, id, at(3));
}

#[test]
fn a_torn_package_is_noticed_at_the_start_and_never_served() {
    let (dir, store) = fresh();
    let id = published(&store, "a", at(0));
    store.flush().unwrap();
    let size = fs::metadata(file(dir.path(), id, "own")).unwrap().len();
    for length in [0, 1, 100, size - 1, size + 1] {
        let copy = killed(dir.path());
        fs::OpenOptions::new()
            .write(true)
            .open(file(copy.path(), id, "own"))
            .unwrap()
            .set_len(length)
            .unwrap();
        let store = open(copy.path(), at(2));
        assert_eq!(state(&store, id, at(2)), "failed");
        assert!(matches!(store.open_package(id, at(2)), Err(Error::Failed)));
        assert_eq!(sealed(copy.path()).len(), 0);
        // Who asks again gets a new build, without having to ask for a retry.
        assert_eq!(submit(&store, "a", Retry::No, at(2)).unwrap().outcome, Outcome::Created);
    }
}

#[test]
fn a_package_damaged_while_it_is_stored_is_noticed_when_it_is_opened() {
    let (dir, store) = fresh();
    let id = published(&store, "a", at(0));
    let path = file(dir.path(), id, "own");
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&path, bytes).unwrap();
    assert!(matches!(store.open_package(id, at(2)), Err(Error::Damaged)));
    assert!(matches!(store.open_package(id, at(2)), Err(Error::Failed)));
    assert_eq!(sealed(dir.path()).len(), 0);
    assert_eq!(submit(&store, "a", Retry::No, at(2)).unwrap().outcome, Outcome::Created);
    assert_eq!(store.stats().own_bytes, 0);
}

#[test]
fn the_file_of_another_package_is_not_served() {
    let (dir, store) = fresh();
    let (one, other) = (published(&store, "a", at(0)), published(&store, "b", at(0)));
    fs::copy(file(dir.path(), one, "own"), file(dir.path(), other, "own")).unwrap();
    assert!(matches!(store.open_package(other, at(0)), Err(Error::Damaged)));
    opened(&store, one, at(0));
}

#[test]
fn a_package_whose_file_is_gone_reads_as_expired() {
    let (dir, store) = fresh();
    let (one, other) = (published(&store, "a", at(0)), published(&store, "b", at(0)));
    store.flush().unwrap();
    let copy = killed(dir.path());
    fs::remove_file(file(copy.path(), one, "own")).unwrap();
    // As a process leaves it that is killed while it destroys.
    let half = file(copy.path(), other, "own");
    let mut bytes = fs::read(&half).unwrap();
    bytes[..128].fill(0);
    fs::write(&half, bytes).unwrap();
    let store = open(copy.path(), at(5));
    assert_eq!(state(&store, one, at(5)), "expired");
    assert!(matches!(store.open_package(other, at(5)), Err(Error::Expired)));
    assert_eq!(state(&store, other, at(5)), "expired");
    assert_eq!(sealed(copy.path()).len(), 0);
    assert_eq!(submit(&store, "a", Retry::No, at(5)).unwrap().outcome, Outcome::Created);
}

#[test]
fn a_destruction_survives_and_a_half_done_one_is_finished() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    let job = fs::read(file(dir.path(), id, "job")).unwrap();
    let ready = published(&store, "b", at(0));
    let own = fs::read(file(dir.path(), ready, "own")).unwrap();
    store.destroy(id, at(1)).unwrap();
    store.destroy(ready, at(1)).unwrap();
    let copy = killed(dir.path());
    // Killed before the files went.
    fs::write(file(copy.path(), id, "job"), job).unwrap();
    fs::write(file(copy.path(), ready, "own"), own).unwrap();
    let store = open(copy.path(), at(2));
    assert_eq!(sealed(copy.path()).len(), 0);
    assert_eq!(store.unfinished(), []);
    for id in [id, ready] {
        assert_eq!(state(&store, id, at(2)), "expired");
    }
}

#[test]
fn a_failure_survives() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    store.fail(id, "no", at(1)).unwrap();
    let copy = killed(dir.path());
    let store = open(copy.path(), at(2));
    assert_eq!(state(&store, id, at(2)), "failed");
    assert_eq!(create(&store, "a", at(2)), id);
}

#[test]
fn a_torn_job_reads_as_failed_and_may_be_asked_for_again() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    let copy = killed(dir.path());
    let path = file(copy.path(), id, "job");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let store = open(copy.path(), at(2));
    assert_eq!((state(&store, id, at(2)), store.unfinished().len()), ("failed", 0));
    assert_eq!(sealed(copy.path()).len(), 0);
    assert_eq!(submit(&store, "a", Retry::No, at(2)).unwrap().outcome, Outcome::Created);
}

#[test]
fn nothing_temporary_stays() {
    let (dir, store) = fresh();
    let id = published(&store, "a", at(0));
    drop(store);
    let temporary = dir.path().join("tmp");
    fs::write(temporary.join(".tmpAbCdEf"), b"half a package").unwrap();
    fs::create_dir(temporary.join("folder")).unwrap();
    fs::write(temporary.join("folder").join("file"), b"").unwrap();
    let store = open(dir.path(), at(1));
    assert_eq!(fs::read_dir(temporary).unwrap().count(), 0);
    opened(&store, id, at(1));
}

#[test]
fn nothing_is_open_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let (dir, store) = fresh();
    create(&store, "a", at(0));
    let id = published(&store, "b", at(0));
    share(&store, "agent", b"shared bytes");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for name in ["tmp", "index", "shared", "packages"] {
        assert_eq!(mode(&dir.path().join(name)), 0o700, "{name}");
    }
    assert_eq!(mode(file(dir.path(), id, "own").parent().unwrap()), 0o700);
    for path in sealed(dir.path()).iter().chain(&files(&dir.path().join("shared"))) {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
}
