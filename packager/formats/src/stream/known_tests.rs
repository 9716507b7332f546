use std::collections::HashMap;
use std::io::Write;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use super::*;
use crate::stream::{Compressors, Effort, Encoder, Run};
use crate::{Compression, Position};

/// Blocks as somebody has them, right or wrong, and those that were asked for and there.
#[derive(Default)]
struct Shelf {
    blocks: HashMap<BlockId, Vec<u8>>,
    found: Mutex<Vec<BlockId>>,
}

impl KnownBlocks for Shelf {
    fn find(&self, id: &BlockId) -> Option<Vec<u8>> {
        let found = self.blocks.get(id).cloned()?;
        self.found.lock().unwrap().push(*id);
        Some(found)
    }
}

/// More than one block.
fn program() -> Vec<u8> {
    (0..26_u32 << 20).map(|n| (n >> 9).to_le_bytes()[0]).collect()
}

/// A run with `program` between two other things.
fn run(before: &[u8], program: &[u8], after: &[u8], known: Option<&Arc<Shelf>>) -> (Vec<u8>, Run) {
    let mut compressors = Compressors::new(NonZeroU32::MIN);
    if let Some(known) = known {
        compressors = compressors.knowing(Arc::clone(known) as _);
    }
    let mut encoder = Encoder::new(Compression::Xz, Position::First, Effort::Best(compressors), Vec::new()).unwrap();
    encoder.write_all(before).unwrap();
    encoder.cut().unwrap();
    encoder.write_all(program).unwrap();
    encoder.cut().unwrap();
    encoder.write_all(after).unwrap();
    encoder.finish().unwrap()
}

/// The blocks of a run that have a name.
fn blocks((bytes, run): &(Vec<u8>, Run)) -> HashMap<BlockId, Vec<u8>> {
    let located = run.blocks(bytes.len() as u64);
    let place = |offset| usize::try_from(offset).unwrap();
    let block = |LocatedBlock { id, range }| (id, bytes[place(range.start)..place(range.end)].to_vec());
    located.into_iter().map(block).collect()
}

#[test]
fn what_is_large_has_the_same_blocks_whatever_is_around_it() {
    let program = program();
    let one = blocks(&run(b"a header", &program, b"", None));
    let two = blocks(&run(b"another one", &program, &[7; 3000], None));
    assert_eq!(one.len(), 2);
    assert_eq!(one, two);
}

#[test]
fn a_known_block_is_not_made_again() {
    let program = program();
    let shelf = Arc::new(Shelf {
        blocks: blocks(&run(b"a header", &program, b"", None)),
        ..Shelf::default()
    });
    let taken = run(b"another one", &program, &[7; 3000], Some(&shelf));
    assert_eq!(taken, run(b"another one", &program, &[7; 3000], None));
    assert_eq!(shelf.found.lock().unwrap().len(), 2);
}

#[test]
fn what_is_no_such_block_is_not_taken() {
    let program = program();
    let right = run(b"a header", &program, b"", None);
    let blocks = blocks(&right);
    let wrong: [fn(&mut Vec<u8>); 7] = [
        Vec::clear,
        |block| block.truncate(3),
        |block| block.truncate(block.len() - 4),
        |block| block[0] ^= 1,
        |block| block[3] ^= 1,
        |block| *block.last_mut().unwrap() ^= 1,
        |block| block.extend_from_slice(&[0; 4]),
    ];
    for (number, damage) in wrong.into_iter().enumerate() {
        let mut shelf = Shelf {
            blocks: blocks.clone(),
            ..Shelf::default()
        };
        shelf.blocks.values_mut().for_each(damage);
        let shelf = Arc::new(shelf);
        assert!(
            run(b"a header", &program, b"", Some(&shelf)) == right,
            "damage {number}"
        );
        assert_eq!(shelf.found.lock().unwrap().len(), 2);
    }
}

#[test]
fn small_things_have_no_block_of_their_own() {
    let small = vec![1; WORTH_A_BLOCK_BYTES - 1];
    assert_eq!(blocks(&run(b"a header", &small, b"", None)).len(), 0);
    let large = vec![1; WORTH_A_BLOCK_BYTES];
    assert_eq!(blocks(&run(b"a header", &large, b"", None)).len(), 1);
}
