use std::io::Write;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use packager_formats::{Compression, Compressors, Effort, Format, Position, Tree};
use packager_store::{MasterKey, SharedKey, StoreSettings};
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::*;

/// A store, and how many blocks were found in it.
struct Counted {
    blocks: StoredBlocks,
    found: AtomicUsize,
}

impl KnownBlocks for Counted {
    fn find(&self, id: &BlockId) -> Option<Vec<u8>> {
        let found = self.blocks.find(id);
        self.found.fetch_add(usize::from(found.is_some()), Ordering::Relaxed);
        found
    }
}

fn known() -> (TempDir, Arc<Counted>) {
    let dir = tempfile::tempdir().unwrap();
    let key = MasterKey::from_bytes(Zeroizing::new([1; 32]));
    let store = Store::open(dir.path(), &key, StoreSettings::default(), Timestamp::UNIX_EPOCH).unwrap();
    let counted = Counted {
        blocks: StoredBlocks(Arc::new(store)),
        found: AtomicUsize::new(0),
    };
    (dir, Arc::new(counted))
}

/// A program of more than one block, and small files around it.
fn tree() -> Tree {
    let program = (0..25_u32 << 20).map(|n| (n >> 9).to_le_bytes()[0]).collect::<Vec<_>>();
    let mut tree = Tree::new();
    tree.directory("opt", 0o755).unwrap();
    for (path, bytes) in [
        ("opt/a", b"small".to_vec()),
        ("opt/program", program),
        ("opt/z", b"small".to_vec()),
    ] {
        tree.file(path, 0o755, Arc::new(Zeroizing::new(bytes))).unwrap();
    }
    tree
}

fn write(format: Format, tree: &Tree, compressors: Compressors) -> (Vec<u8>, SharedNotes) {
    format
        .write_shared(
            tree,
            Position::First,
            Compression::Xz,
            Effort::Best(compressors),
            0,
            Vec::new(),
        )
        .unwrap()
}

fn store(known: &Counted, bytes: &[u8], notes: &SharedNotes) {
    let shared = known.blocks.0.shared();
    let mut writer = shared.writer().unwrap();
    writer.write_all(bytes).unwrap();
    let notes = serde_json::to_value(notes).unwrap();
    shared.commit(&SharedKey::new("deb"), writer, notes).unwrap();
}

#[test]
fn what_a_deb_has_an_rpm_takes_over() {
    let (_dir, known) = known();
    let compressors = Compressors::new(NonZeroU32::MIN);
    let knowing = compressors.clone().knowing(Arc::clone(&known) as _);
    let tree = tree();
    let (bytes, notes) = write(Format::Deb, &tree, knowing.clone());
    assert_eq!(known.found.load(Ordering::Relaxed), 0);
    store(&known, &bytes, &notes);
    let anew = write(Format::Rpm, &tree, compressors);
    assert_eq!(
        write(Format::Rpm, &tree, knowing),
        anew,
        "the bytes are the same either way"
    );
    assert_eq!(known.found.load(Ordering::Relaxed), 2);
}

#[test]
fn a_damaged_part_is_no_reason_to_fail() {
    let (dir, known) = known();
    let knowing = Compressors::new(NonZeroU32::MIN).knowing(Arc::clone(&known) as _);
    let tree = tree();
    let (bytes, notes) = write(Format::Deb, &tree, knowing.clone());
    store(&known, &bytes, &notes);
    for file in std::fs::read_dir(dir.path().join("shared")).unwrap() {
        std::fs::write(file.unwrap().path(), vec![0; bytes.len()]).unwrap();
    }
    assert_eq!(write(Format::Deb, &tree, knowing), (bytes, notes));
    assert_eq!(known.found.load(Ordering::Relaxed), 0);
}
