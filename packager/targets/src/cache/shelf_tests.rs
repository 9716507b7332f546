use std::fs;

use tempfile::{TempDir, tempdir};

use super::*;

struct Room {
    folder: TempDir,
    shelf: Arc<Shelf>,
}

fn key(number: u8) -> CacheKey {
    CacheKey::Sha256([number; 32])
}

fn target(number: u8) -> Item {
    Item::Target(key(number))
}

impl Room {
    fn of(limit_bytes: u64) -> Self {
        Self {
            folder: tempdir().unwrap(),
            shelf: Shelf::new(limit_bytes),
        }
    }

    fn path(&self, number: u8) -> PathBuf {
        self.folder.path().join(number.to_string())
    }

    /// Puts a target of ten bytes.
    fn put(&self, number: u8) -> Lease {
        fs::write(self.path(number), [0; 10]).unwrap();
        self.shelf.put(target(number), self.path(number), 10, None)
    }

    fn unpack(&self, number: u8, archive: u8) -> Lease {
        let path = self.path(number);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("0"), [0; 10]).unwrap();
        let item = Item::Unpacked(u64::from(number));
        self.shelf.put(item, path, 10, Some(key(archive)))
    }

    /// The numbers of what is there.
    fn left(&self) -> Vec<u8> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let mut left: Vec<u8> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap().parse().unwrap())
            .collect();
        left.sort_unstable();
        left
    }
}

#[test]
fn the_limit_may_be_filled_and_not_exceeded() {
    let room = Room::of(30);
    for number in 0..3 {
        drop(room.put(number));
    }
    assert_eq!(room.left(), [0, 1, 2]);
    drop(room.put(3));
    assert_eq!(room.left(), [1, 2, 3], "what was used longest ago goes first");
    drop(room.shelf.lease(&target(1)).unwrap());
    drop(room.put(4));
    assert_eq!(room.left(), [1, 3, 4], "a use counts");
    assert!(room.shelf.lease(&target(2)).is_none());
}

#[test]
fn what_is_leased_stays_and_goes_afterwards() {
    let room = Room::of(5);
    let (first, second) = (room.put(1), room.put(2));
    let again = room.shelf.lease(&target(1)).unwrap();
    assert_eq!(room.left(), [1, 2]);
    drop(first);
    assert_eq!(room.left(), [1, 2], "another lease holds it");
    drop(second);
    assert_eq!(room.left(), [1]);
    drop(again);
    assert!(room.left().is_empty());
}

#[test]
fn contents_go_with_their_archive_unless_they_are_in_use() {
    let room = Room::of(40);
    drop(room.put(0));
    drop(room.unpack(1, 0));
    let used = room.unpack(2, 0);
    drop(room.put(3));
    assert_eq!(room.left(), [0, 1, 2, 3]);
    drop(room.put(4));
    assert_eq!(room.left(), [2, 3, 4]);
    assert!(room.shelf.lease(used.item()).is_none(), "it cannot be leased anew");
    drop(used);
    assert_eq!(room.left(), [3, 4]);
}

#[test]
fn what_replaces_another_inherits_its_leases() {
    let room = Room::of(10);
    let before = room.put(1);
    before.suspect();
    assert!(room.shelf.lease(&target(1)).unwrap().is_suspect());
    let after = room.put(1);
    assert!(!after.is_suspect());
    drop(after);
    drop(room.put(2));
    assert_eq!(room.left(), [1], "the older lease holds the file");
    drop(before);
    drop(room.put(2));
    assert_eq!(room.left(), [2]);
}
