use std::collections::BTreeMap;
use std::path::PathBuf;

use packager_artifact::OwnBytes;
use tempfile::TempDir;

use super::*;
use crate::{Details, Fingerprint, Outcome, Retry};
use support::{
    SECRET, URL, artifact, at, contains, details, file, files, killed, own, publish, published, request, settings,
    share, state, submit,
};

#[path = "../tests/support/mod.rs"]
mod support;

/// A data directory with one package of each state.
struct Sample {
    dir: TempDir,
    key: MasterKey,
    key_text: Vec<u8>,
    finished: [PackageId; 2],
    queued: PackageId,
    failed: PackageId,
    removed: PackageId,
    fingerprints: Vec<Fingerprint>,
}

fn sample() -> Sample {
    let dir = tempfile::tempdir().unwrap();
    let key = MasterKey::load_or_create(&dir.path().join("master.key")).unwrap();
    let store = Store::open(dir.path(), &key, settings(), at(0)).unwrap();
    let shared = share(&store, "agent", b"shared bytes");
    let small = published(&store, "small", at(0));
    let with_profile = submit(&store, "with profile", Retry::No, at(0)).unwrap().id;
    let profile = Some(OwnBytes::new(b"profile".to_vec()));
    let details = Details { profile, ..details() };
    store
        .publish(with_profile, &artifact(&store, Some(&shared)), details, at(0))
        .unwrap();
    let queued = submit(&store, "queued", Retry::No, at(0)).unwrap().id;
    let failed = submit(&store, "failed", Retry::No, at(0)).unwrap().id;
    store.fail(failed, "no", at(0)).unwrap();
    let removed = published(&store, "removed", at(0));
    store.destroy(removed, at(0)).unwrap();
    let fingerprints = ["small", "with profile", "queued", "failed"].map(|name| store.fingerprint(&request(name)));
    store.flush().unwrap();
    let key_text = fs::read(dir.path().join("master.key")).unwrap();
    Sample {
        dir,
        key,
        key_text,
        finished: [small, with_profile],
        queued,
        failed,
        removed,
        fingerprints: fingerprints.to_vec(),
    }
}

impl Sample {
    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn key_file(dir: &Path) -> PathBuf {
        dir.join("master.key")
    }

    /// All that a rotation must leave as it is, and all that it must not leave.
    fn assert_rotated(&self, dir: &Path, new: &MasterKey, step: usize) {
        let refused = Store::open(dir, &self.key, settings(), at(1)).unwrap_err();
        assert!(matches!(refused, Error::ReplacedMasterKey), "{step}: {refused}");
        self.assert_nothing_of_the_old_key(dir, step);
        let store = Store::open(dir, new, settings(), at(1)).unwrap();
        for id in self.finished {
            assert_eq!(store.open_package(id, at(1)).unwrap().own.expose(), own(), "{step}");
        }
        let profile = store.open_package(self.finished[1], at(1)).unwrap().profile.unwrap();
        assert_eq!(profile.expose(), b"profile");
        assert_eq!(store.unfinished(), [self.queued], "{step}");
        assert_eq!(**store.job(self.queued).unwrap(), request("queued"));
        assert_eq!(state(&store, self.failed, at(1)), "failed");
        assert_eq!(state(&store, self.removed, at(1)), "expired");
        assert!(
            store
                .shared()
                .lookup(&crate::SharedKey::new("agent"))
                .unwrap()
                .is_some()
        );
        for (name, id) in [
            ("small", self.finished[0]),
            ("with profile", self.finished[1]),
            ("queued", self.queued),
        ] {
            let joined = submit(&store, name, Retry::No, at(1)).unwrap();
            assert_eq!((joined.id, joined.outcome), (id, Outcome::Joined), "{step}: {name}");
        }
        let again = submit(&store, "failed", Retry::No, at(1)).unwrap();
        assert_eq!(again.outcome, Outcome::Created, "{step}");
        publish(&store, self.queued, at(2));
        assert_eq!(
            store.open_package(self.queued, at(2)).unwrap().own.expose(),
            own(),
            "{step}"
        );
        // What expires is destroyed at its time.
        assert_eq!(store.expire_due(at(1800)).unwrap().expired, 3, "{step}");
    }

    fn assert_nothing_of_the_old_key(&self, dir: &Path, step: usize) {
        let old = Keyring::derive(&self.key);
        for path in files(dir) {
            let bytes = fs::read(&path).unwrap();
            let shown = path.display();
            assert!(!contains(&bytes, self.key.expose()), "{step}: {shown}");
            assert!(!contains(&bytes, self.key_text.trim_ascii()), "{step}: {shown}");
            for secret in [SECRET, URL] {
                assert!(!contains(&bytes, secret.as_bytes()), "{step}: {shown}");
            }
            for fingerprint in &self.fingerprints {
                assert!(!contains(&bytes, fingerprint.as_bytes()), "{step}: {shown}");
                let hex = String::from(*fingerprint);
                assert!(!contains(&bytes, hex.as_bytes()), "{step}: {shown}");
            }
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(
                ![".old", ".new"].iter().any(|suffix| name.ends_with(suffix)),
                "{step}: {shown}"
            );
            if let Some((id, purpose)) = parse_name(name) {
                assert!(seal::open(&old, purpose, id, bytes).is_err(), "{step}: {shown}");
            }
        }
        assert!(!dir.join("index.old").exists() && !dir.join("index.new").exists());
    }
}

/// Runs a rotation until its step `n`, and gives back what a process killed there leaves; nothing if it ends before.
fn stopped_at(n: usize, dir: &Path, rotate: impl FnOnce(&Path, Step<'_>) -> Result<Rotated, Error>) -> Option<TempDir> {
    let mut left = None;
    let mut count = 0;
    let mut step = || {
        count += 1;
        if count <= n {
            return Ok(());
        }
        left.get_or_insert_with(|| killed(dir));
        Err(Error::NotReady)
    };
    match rotate(dir, &mut step) {
        Ok(_) => None,
        Err(Error::NotReady) => left,
        Err(other) => panic!("{n}: {other}"),
    }
}

/// What a service with `key` is told by a data directory. Only one that it may open is changed by that.
fn told(dir: &Path, key: &MasterKey) -> &'static str {
    match Store::open(dir, key, settings(), at(1)) {
        Ok(_) => "open",
        Err(Error::RotationUnfinished) => "unfinished",
        Err(Error::ReplacedMasterKey) => "replaced",
        Err(Error::WrongMasterKey) => "wrong",
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_rotation_of_the_key_file_that_was_killed_anywhere_is_finished_by_the_next() {
    let sample = sample();
    let mut seen = BTreeMap::<_, usize>::new();
    for n in 0.. {
        let work = killed(sample.path());
        let run = |dir: &Path, step: Step<'_>| rotate_file(dir, &Sample::key_file(dir), settings(), at(1), step);
        let Some(left) = stopped_at(n, work.path(), run) else {
            break;
        };
        let dir = left.path();
        let path = Sample::key_file(dir);
        // What the service would say if it were started now.
        let now = told(dir, &MasterKey::load_file(&path).unwrap());
        assert!(["open", "unfinished"].contains(&now), "{n}: {now}");
        *seen.entry(now).or_default() += 1;
        Store::rotate_key_file(dir, &path, settings(), at(1)).unwrap();
        let new = MasterKey::load_file(&path).unwrap();
        assert_ne!(new.expose(), sample.key.expose(), "{n}");
        sample.assert_rotated(dir, &new, n);
    }
    assert_eq!(seen["open"], 1, "{seen:?}");
    assert!(seen["unfinished"] >= 10, "{seen:?}");
}

#[test]
fn a_rotation_to_a_given_key_that_was_killed_anywhere_is_finished_by_the_next() {
    let sample = sample();
    let (new, other) = (support::key(9), support::key(8));
    for n in 0.. {
        let work = killed(sample.path());
        let run = |dir: &Path, step: Step<'_>| rotate(dir, &sample.key, &new, settings(), at(1), step);
        let Some(left) = stopped_at(n, work.path(), run) else {
            assert!(n >= 8, "{n}");
            break;
        };
        let dir = left.path();
        for key in [&sample.key, &new] {
            assert_eq!(told(dir, key), "unfinished", "{n}");
        }
        assert_eq!(told(dir, &other), "wrong", "{n}");
        let refused = Store::rotate_key(dir, &sample.key, &other, settings(), at(1)).unwrap_err();
        assert!(matches!(refused, Error::RotationUnfinished), "{n}: {refused}");
        let refused = Store::rotate_key(dir, &other, &new, settings(), at(1)).unwrap_err();
        assert!(matches!(refused, Error::WrongMasterKey), "{n}: {refused}");
        let file = Sample::key_file(dir);
        let refused = Store::rotate_key_file(dir, &file, settings(), at(1)).unwrap_err();
        assert!(matches!(refused, Error::RotationUnfinished), "{n}: {refused}");
        Store::rotate_key(dir, &sample.key, &new, settings(), at(1)).unwrap();
        MasterKey::destroy_file(&file).unwrap();
        sample.assert_rotated(dir, &new, n);
    }
}

#[test]
fn it_says_how_many_and_once_is_enough() {
    let sample = sample();
    let new = support::key(9);
    let rotated = Store::rotate_key(sample.path(), &sample.key, &new, settings(), at(1)).unwrap();
    let expected = Rotated {
        packages: 3,
        already: 0,
        damaged: 0,
    };
    assert_eq!(rotated, expected);
    let again = Store::rotate_key(sample.path(), &sample.key, &new, settings(), at(1)).unwrap();
    assert_eq!(again, Rotated::default());
    let third = support::key(10);
    let refused = Store::rotate_key(sample.path(), &sample.key, &third, settings(), at(1)).unwrap_err();
    assert!(matches!(refused, Error::ReplacedMasterKey), "{refused}");
    assert_eq!(
        Store::rotate_key(sample.path(), &new, &third, settings(), at(1))
            .unwrap()
            .packages,
        3
    );
}

#[test]
fn what_cannot_be_rotated_is_left_alone() {
    let sample = sample();
    let dir = sample.path();
    let (right, other) = (&sample.key, &support::key(9));
    let before: Vec<_> = files(&dir.join("packages"));
    let refused = Store::rotate_key(dir, other, &support::key(8), settings(), at(1)).unwrap_err();
    assert!(matches!(refused, Error::WrongMasterKey), "{refused}");
    let refused = Store::rotate_key(dir, right, right, settings(), at(1)).unwrap_err();
    assert!(matches!(refused, Error::SameMasterKey), "{refused}");
    let empty = tempfile::tempdir().unwrap();
    let refused = Store::rotate_key(empty.path(), right, other, settings(), at(1)).unwrap_err();
    assert!(matches!(refused, Error::NothingToRotate), "{refused}");
    assert!(files(empty.path()).is_empty());
    let store = Store::open(dir, right, settings(), at(1)).unwrap();
    for refused in [
        Store::rotate_key(dir, right, other, settings(), at(1)).unwrap_err(),
        Store::rotate_key_file(dir, &Sample::key_file(dir), settings(), at(1)).unwrap_err(),
    ] {
        assert!(matches!(refused, Error::Locked), "{refused}");
    }
    drop(store);
    assert_eq!(files(&dir.join("packages")), before);
    assert_eq!(told(dir, right), "open");
}

#[test]
fn a_damaged_file_is_counted_and_does_not_stop_it() {
    let sample = sample();
    let [damaged, whole] = sample.finished;
    let path = file(sample.path(), damaged, "own");
    let mut bytes = fs::read(&path).unwrap();
    bytes[40] ^= 1;
    fs::write(&path, bytes).unwrap();
    let new = support::key(9);
    let rotated = Store::rotate_key(sample.path(), &sample.key, &new, settings(), at(1)).unwrap();
    assert_eq!((rotated.packages, rotated.damaged), (2, 1));
    let store = Store::open(sample.path(), &new, settings(), at(1)).unwrap();
    assert!(matches!(store.open_package(damaged, at(1)), Err(Error::Damaged)));
    assert_eq!(store.open_package(whole, at(1)).unwrap().own.expose(), own());
}

#[test]
fn a_new_key_that_an_earlier_attempt_left_is_not_taken() {
    let sample = sample();
    let dir = sample.path();
    let left = MasterKey::load_or_create(&dir.join("master.key.new")).unwrap();
    Store::rotate_key_file(dir, &Sample::key_file(dir), settings(), at(1)).unwrap();
    let new = MasterKey::load_file(&Sample::key_file(dir)).unwrap();
    assert_ne!(new.expose(), left.expose());
    sample.assert_rotated(dir, &new, 0);
}

#[test]
fn the_old_key_file_is_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let sample = sample();
    let dir = sample.path();
    let path = Sample::key_file(dir);
    // A second name, elsewhere, shows what became of the bytes themselves.
    let kept = dir.join("tuf-kept");
    fs::hard_link(&path, &kept).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    Store::rotate_key_file(dir, &path, settings(), at(1)).unwrap();
    assert!(fs::read(&kept).unwrap().iter().all(|byte| *byte == 0));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
