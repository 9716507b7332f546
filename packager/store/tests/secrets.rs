//! What can be found in the data directory.
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
use packager_store::{Details, PackageId};
use support::{
    SECRET, URL, artifact, at, contains, create, details, file, files, fresh, nanosecond_before, open, own, published,
};

fn assert_nowhere(dir: &Path, needle: &[u8], what: &str) {
    for path in files(dir) {
        assert!(
            !contains(&fs::read(&path).unwrap(), needle),
            "{what} in {}",
            path.display()
        );
    }
}

fn assert_no_secret(dir: &Path) {
    let text = String::from_utf8(own()).unwrap();
    for needle in [SECRET, URL, &text[..40], "profile-marker"] {
        assert_nowhere(dir, needle.as_bytes(), needle);
    }
}

#[test]
fn nothing_of_a_request_or_a_package_is_in_the_clear_at_any_time() {
    let (dir, store) = fresh();
    let id = create(&store, "a", at(0));
    let failed = create(&store, "b", at(0));
    store.flush().unwrap();
    assert_no_secret(dir.path());
    let profile = Some(OwnBytes::new(b"profile-marker".to_vec()));
    let with_profile = Details { profile, ..details() };
    store.publish(id, &artifact(&store, None), with_profile, at(0)).unwrap();
    store.fail(failed, "no", at(0)).unwrap();
    store.flush().unwrap();
    assert_no_secret(dir.path());
    store.expire_due(at(1800)).unwrap();
    drop(store);
    assert_no_secret(dir.path());
    drop(open(dir.path(), at(1801)));
    assert_no_secret(dir.path());
}

/// Takes what is sealed of a package, lets `end` destroy it, and looks for any of it.
fn destroyed(name: &str, extension: &str, id: PackageId, dir: &Path, end: impl FnOnce()) {
    let path = file(dir, id, extension);
    let kept = dir.join("kept");
    let sealed = fs::read(&path).unwrap();
    // A second name shows what became of the bytes themselves.
    fs::hard_link(&path, &kept).unwrap();
    end();
    assert!(!path.exists(), "{name}");
    assert_eq!(fs::read(&kept).unwrap(), vec![0; sealed.len()], "{name}");
    fs::remove_file(kept).unwrap();
    assert_nowhere(dir, &sealed[32..80], "the wrapped key");
    for run in sealed[80..].chunks(48).filter(|run| run.len() == 48) {
        assert_nowhere(&dir.join("index"), run, "sealed bytes");
        assert_nowhere(&dir.join("packages"), run, "sealed bytes");
    }
}

#[test]
fn what_was_sealed_is_gone_after_its_end() {
    let (dir, store) = fresh();
    let dir = dir.path();
    let flush = || store.flush().unwrap();

    let expired = published(&store, "expired", at(0));
    flush();
    store.expire_due(nanosecond_before(at(1800))).unwrap();
    destroyed("expiry", "own", expired, dir, || {
        store.expire_due(at(1800)).unwrap();
        flush();
    });
    let removed = published(&store, "removed", at(0));
    destroyed("DELETE", "own", removed, dir, || store.destroy(removed, at(1)).unwrap());
    let cancelled = create(&store, "cancelled", at(0));
    destroyed("DELETE of a job", "job", cancelled, dir, || {
        store.destroy(cancelled, at(1)).unwrap();
    });
    let failed = create(&store, "failed", at(0));
    destroyed("failure", "job", failed, dir, || {
        store.fail(failed, "no", at(1)).unwrap();
    });
    let finished = create(&store, "finished", at(0));
    destroyed("success", "job", finished, dir, || {
        support::publish(&store, finished, at(1));
        flush();
    });
    let meanwhile = published(&store, "meanwhile", at(0));
    flush();
    drop(store);
    destroyed("a restart", "own", meanwhile, dir, || {
        open(dir, at(5000)).expire_due(at(5000)).unwrap();
    });
}

#[test]
fn nothing_prints_a_secret() {
    let (_dir, store) = fresh();
    let id = published(&store, "a", at(0));
    let package = store.open_package(id, at(0)).unwrap();
    let fingerprint = store.fingerprint(b"a");
    let printed = format!(
        "{store:?} {package:?} {fingerprint:?} {:?} {:?}",
        support::key(7),
        store.shared()
    );
    for needle in [SECRET, URL, "7, 7", "0707"] {
        assert!(!printed.contains(needle), "{printed}");
    }
}

#[test]
fn fingerprints_depend_on_the_key() {
    let (_dir, store) = fresh();
    let other_dir = tempfile::tempdir().unwrap();
    let other = packager_store::Store::open(other_dir.path(), &support::key(2), support::settings(), at(0)).unwrap();
    assert_eq!(store.fingerprint(b"a"), store.fingerprint(b"a"));
    assert_ne!(store.fingerprint(b"a"), store.fingerprint(b"b"));
    assert_ne!(store.fingerprint(b"a"), other.fingerprint(b"a"));
}
