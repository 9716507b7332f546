//! Shared parts.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it panics"
)]

mod support;

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use packager_artifact::{Sha256Digest, SharedBytes, SharedPart};
use packager_store::{Collected, SharedKey, Store};
use support::{artifact, at, create, details, fresh, killed, open, share};

fn key(text: &str) -> SharedKey {
    SharedKey::new(text)
}

fn path(dir: &Path, part: &SharedPart) -> PathBuf {
    dir.join("shared").join(part.sha256.to_string())
}

fn is_known(store: &Store, text: &str) -> bool {
    store.shared().lookup(&key(text)).unwrap().is_some()
}

#[test]
fn a_part_is_stored_under_its_digest_and_found_under_its_key() {
    let (dir, store) = fresh();
    assert!(!is_known(&store, "agent"));
    let entry = share(&store, "agent", b"shared bytes");
    assert_eq!(entry.part.sha256, Sha256Digest::of(b"shared bytes"));
    assert_eq!(entry.part.size_bytes, 12);
    assert_eq!(fs::read(path(dir.path(), &entry.part)).unwrap(), b"shared bytes");
    let mut text = String::new();
    store
        .shared()
        .open(&entry.part)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(text, "shared bytes");
    drop(store);
    let store = open(dir.path(), at(1));
    assert_eq!(store.shared().lookup(&key("agent")).unwrap(), Some(entry));
}

#[test]
fn an_abandoned_writer_leaves_nothing() {
    let (dir, store) = fresh();
    let mut writer = store.shared().writer().unwrap();
    writer.write_all(&vec![7; 1_000_000]).unwrap();
    assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 1);
    drop(writer);
    assert_eq!(fs::read_dir(dir.path().join("tmp")).unwrap().count(), 0);
}

#[test]
fn a_part_of_another_length_is_dropped_and_made_anew() {
    for (bytes, when) in [
        (Some(&b"shared byte"[..]), "running"),
        (Some(b"shared bytes!"), "running"),
        (None, "running"),
        (Some(b""), "starting"),
        (None, "starting"),
    ] {
        let (dir, store) = fresh();
        let entry = share(&store, "agent", b"shared bytes");
        share(&store, "other", b"other bytes");
        let spoil = || match bytes {
            Some(bytes) => fs::write(path(dir.path(), &entry.part), bytes).unwrap(),
            None => fs::remove_file(path(dir.path(), &entry.part)).unwrap(),
        };
        let store = if when == "starting" {
            drop(store);
            spoil();
            open(dir.path(), at(1))
        } else {
            spoil();
            let error = store
                .shared()
                .open_part(&entry.part)
                .and_then(|file| store.shared().read(&entry.part, &file, 0))
                .unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::NotFound | ErrorKind::InvalidData));
            store
        };
        assert!(!is_known(&store, "agent"));
        assert!(!path(dir.path(), &entry.part).exists());
        assert!(is_known(&store, "other"));
        assert_eq!(store.stats().shared_bytes, 11);
        share(&store, "agent", b"shared bytes");
        assert!(is_known(&store, "agent"));
    }
}

#[test]
fn verifying_finds_what_the_length_does_not_show() {
    let (dir, store) = fresh();
    let entry = share(&store, "agent", b"shared bytes");
    assert!(store.shared().verify(&entry.part).unwrap());
    fs::write(path(dir.path(), &entry.part), b"shared bytez").unwrap();
    assert!(is_known(&store, "agent"));
    assert!(!store.shared().verify(&entry.part).unwrap());
    assert!(!is_known(&store, "agent"));
    assert!(!store.shared().verify(&entry.part).unwrap());
}

#[test]
fn a_part_stays_as_long_as_a_live_package_refers_to_it() {
    let (dir, store) = fresh();
    let entry = share(&store, "agent", b"shared bytes");
    share(&store, "kept", b"kept");
    share(&store, "unused", b"unused bytes");
    let id = create(&store, "a", at(0));
    store
        .publish(id, &artifact(&store, Some(&entry)), details(), at(0))
        .unwrap();
    let keep = [key("kept"), key("never made")];
    let collect = || store.shared().collect_garbage(&keep).unwrap();
    // What was asked for since the last collection may be about to be used.
    assert_eq!(collect(), Collected::default());
    assert!(is_known(&store, "unused"));
    assert_eq!(collect(), Collected::default());
    assert_eq!(collect(), Collected { parts: 1, bytes: 12 });
    assert!(!is_known(&store, "unused"));
    store.expire_due(at(1799)).unwrap();
    assert_eq!(collect(), Collected::default());
    let reader = store.shared().open_part(&entry.part).unwrap();
    store.expire_due(at(1800)).unwrap();
    assert_eq!(collect(), Collected { parts: 1, bytes: 12 });
    assert!(!path(dir.path(), &entry.part).exists());
    assert!(is_known(&store, "kept"));
    // A download under way goes on.
    assert_eq!(store.shared().read(&entry.part, &reader, 0).unwrap(), b"shared bytes");
    assert_eq!(store.shared().read(&entry.part, &reader, 7).unwrap(), b"bytes");
}

#[test]
fn two_keys_may_name_one_part() {
    let (_dir, store) = fresh();
    share(&store, "one", b"shared bytes");
    share(&store, "two", b"shared bytes");
    assert_eq!(store.stats().shared_bytes, 12);
    store.shared().collect_garbage(&[]).unwrap();
    assert_eq!(
        store.shared().collect_garbage(&[key("two")]).unwrap(),
        Collected::default()
    );
    assert!(is_known(&store, "one") && is_known(&store, "two"));
}

#[test]
fn a_start_removes_parts_that_nothing_names_and_keeps_those_in_use() {
    let (dir, store) = fresh();
    let entry = share(&store, "agent", b"shared bytes");
    let id = create(&store, "a", at(0));
    store
        .publish(id, &artifact(&store, Some(&entry)), details(), at(0))
        .unwrap();
    drop(store);
    let orphan = SharedPart {
        sha256: Sha256Digest::of(b"orphan"),
        size_bytes: 6,
    };
    fs::write(path(dir.path(), &orphan), b"orphan").unwrap();
    let store = open(dir.path(), at(1));
    assert!(!path(dir.path(), &orphan).exists());
    support::opened(&store, id, at(1));
}

#[test]
fn a_byte_that_changes_on_the_disk_is_never_read() {
    let (dir, store) = fresh();
    let bytes: Vec<u8> = (0..600_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    for restarted in [false, true] {
        let entry = share(&store, "agent", &bytes);
        let file = store.shared().open_part(&entry.part).unwrap();
        let mut changed = bytes.clone();
        changed[300_000] ^= 1;
        fs::write(path(dir.path(), &entry.part), changed).unwrap();
        if restarted {
            // Another process does not know the checks of the blocks: it reads the whole first.
            let copy = killed(dir.path());
            let store = open(copy.path(), at(1));
            assert_eq!(
                store.shared().open_part(&entry.part).unwrap_err().kind(),
                ErrorKind::InvalidData
            );
            assert!(!is_known(&store, "agent"));
        }
        assert_eq!(store.shared().read(&entry.part, &file, 0).unwrap(), &bytes[..64 * 1024]);
        let error = store.shared().read(&entry.part, &file, 299_999).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        assert!(!is_known(&store, "agent"));
    }
}

#[test]
fn a_block_is_trusted_for_a_minute_as_long_as_nobody_writes() {
    let (dir, store) = fresh();
    let entry = share(&store, "agent", &vec![7; 100_000]);
    let file = store.shared().open_part(&entry.part).unwrap();
    let start = Instant::now();
    let look = |seconds| file.look(start + Duration::from_secs(seconds)).unwrap();
    assert!(!file.is_known_right(0, look(0)), "nobody has read it");
    file.found_right(0, look(0));
    assert!(file.is_known_right(0, look(0)));
    assert!(file.is_known_right(0, look(59)));
    assert!(!file.is_known_right(0, look(60)));
    assert!(!file.is_known_right(65_536, look(0)), "another block");
    assert!(!file.is_known_right(1 << 30, look(0)), "behind the end");
    // What one download found holds for the next.
    let other = store.shared().open_part(&entry.part).unwrap();
    assert!(other.is_known_right(0, other.look(start).unwrap()));

    // The system's clock for files goes in steps: until the next one, a write leaves no trace.
    let path = path(dir.path(), &entry.part);
    let changed = || fs::metadata(&path).unwrap().modified().unwrap();
    let before = changed();
    while changed() == before {
        fs::write(&path, vec![8; 100_000]).unwrap();
    }
    assert!(!file.is_known_right(0, look(1)), "somebody wrote");
}
