//! The master key and its file.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where it panics"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use packager_store::{MasterKey, MasterKeyError, Store, StoreSettings};

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Two keys are the same when the one opens what the other made.
fn opens(dir: &Path, key: &MasterKey) -> bool {
    Store::open(dir, key, StoreSettings::default(), jiff::Timestamp::UNIX_EPOCH).is_ok()
}

#[test]
fn the_first_start_makes_a_key_and_the_next_finds_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("master.key");
    let made = MasterKey::load_or_create(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let data = dir.path().join("data");
    assert!(opens(&data, &made));
    assert!(opens(&data, &MasterKey::load_or_create(&path).unwrap()));
    assert!(opens(
        &data,
        &MasterKey::from_text(&fs::read_to_string(&path).unwrap()).unwrap()
    ));
    let other = MasterKey::load_or_create(&dir.path().join("other.key")).unwrap();
    assert!(!opens(&data, &other));
}

#[test]
fn both_text_forms_are_the_same_key() {
    let dir = tempfile::tempdir().unwrap();
    let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    for text in [hex, base64, &hex.to_uppercase(), &format!(" {base64}\r\n")] {
        assert!(opens(dir.path(), &MasterKey::from_text(text).unwrap()), "{text}");
    }
}

#[test]
fn other_texts_are_no_key() {
    let hex = "00".repeat(32);
    let base64 = "A".repeat(43) + "=";
    assert!(MasterKey::from_text(&hex).is_ok() && MasterKey::from_text(&base64).is_ok());
    for text in [
        "",
        "secret",
        &hex[1..],
        &format!("{hex}0"),
        &hex.replacen('0', "g", 1),
        &base64[1..],
        &base64.replacen('A', "!", 1),
        &("A".repeat(42) + "=="),
        &"A".repeat(44),
        &format!("{} {}", &hex[..32], &hex[32..]),
    ] {
        assert!(
            matches!(MasterKey::from_text(text), Err(MasterKeyError::Form)),
            "{text}"
        );
    }
}

#[test]
fn a_file_that_others_can_open_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("master.key");
    MasterKey::load_or_create(&path).unwrap();
    for open in [0o640, 0o604, 0o620, 0o602, 0o610, 0o777] {
        mode(&path, open);
        let error = MasterKey::load_or_create(&path).unwrap_err();
        assert!(
            matches!(error, MasterKeyError::Permissions { mode } if mode == open),
            "{open:o}"
        );
        assert!(error.to_string().contains(&format!("{open:o}")), "{error}");
    }
    for closed in [0o600, 0o400] {
        mode(&path, closed);
        MasterKey::load_or_create(&path).unwrap();
    }
}

#[test]
fn a_file_without_a_key_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("master.key");
    for bytes in [&b""[..], b"short", &[0xff; 32], &[b'0'; 10_000]] {
        fs::write(&path, bytes).unwrap();
        mode(&path, 0o600);
        assert!(matches!(MasterKey::load_or_create(&path), Err(MasterKeyError::Form)));
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    let folder = dir.path().join("missing").join("master.key");
    assert!(matches!(MasterKey::load_or_create(&folder), Err(MasterKeyError::Io(_))));
}

#[test]
fn two_that_start_at_once_get_one_key() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("master.key");
    let barrier = std::sync::Barrier::new(8);
    let keys: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    MasterKey::load_or_create(&path).unwrap()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let data = dir.path().join("data");
    assert!(keys.iter().all(|key| opens(&data, key)));
}
