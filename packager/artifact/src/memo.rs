//! Digests that go on from a remembered state.
//!
//! Hashing a package from its first byte costs as much as reading all of it. But the packages of one agent release
//! mostly begin with the same bytes: the same head and the same shared parts. So does what their signatures are made
//! over. The state of a digest's computation after such a beginning is about a hundred bytes, so it is remembered under a
//! key that names the beginning (own bytes by value, shared parts by their digest), and the next package hashes only
//! what comes after it.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use crate::read_ahead::read_ahead;
use crate::{Part, Piece, Sha256Digest, Sha256State, SharedBytes, SharedPart};

/// States kept. A state stands for one beginning, of which a release has a handful; a few hundred bound the memory to
/// some tens of kilobytes whatever is asked for.
const CAPACITY: usize = 256;

/// A bounded memory of the states of SHA-256. Cheap to share: all methods take `&self`.
#[derive(Debug, Default)]
pub struct DigestMemo {
    states: Mutex<States>,
}

#[derive(Debug, Default)]
struct States {
    by_beginning: HashMap<Sha256Digest, Remembered>,
    uses: u64,
}

#[derive(Debug)]
struct Remembered {
    state: Sha256State,
    last_use: u64,
}

impl DigestMemo {
    /// An empty memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The SHA-256 of `parts` one after the other.
    ///
    /// # Errors
    /// As [`DigestMemo::state`].
    pub fn digest(&self, parts: &[Part], shared: &dyn SharedBytes) -> io::Result<Sha256Digest> {
        let pieces: Vec<_> = parts.iter().map(Piece::from).collect();
        Ok(self.state(&pieces, shared)?.finish())
    }

    /// The computation of the digest after `pieces` one after the other. Goes on from the longest remembered beginning
    /// and remembers the state after each shared part.
    ///
    /// # Errors
    /// When a shared part cannot be read, or is not as long as its reference says ([`io::ErrorKind::InvalidData`]).
    pub fn state(&self, pieces: &[Piece<'_>], shared: &dyn SharedBytes) -> io::Result<Sha256State> {
        let beginnings = beginnings(pieces);
        let (done, mut state) = self.longest(&beginnings);
        for (index, piece) in pieces.iter().enumerate().skip(done) {
            match piece {
                Piece::Own(slice) => state.update(slice.expose()),
                Piece::Shared(part) => {
                    hash_shared(&mut state, part, shared)?;
                    if let Some(beginning) = beginnings.get(index) {
                        self.remember(*beginning, state.clone());
                    }
                }
            }
        }
        Ok(state)
    }

    /// How many of the pieces are covered by the longest remembered beginning, and the state after them.
    fn longest(&self, beginnings: &[Sha256Digest]) -> (usize, Sha256State) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.uses += 1;
        let now = states.uses;
        for (index, beginning) in beginnings.iter().enumerate().rev() {
            if let Some(remembered) = states.by_beginning.get_mut(beginning) {
                remembered.last_use = now;
                return (index + 1, remembered.state.clone());
            }
        }
        (0, Sha256State::default())
    }

    fn remember(&self, beginning: Sha256Digest, state: Sha256State) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        let last_use = states.uses;
        if states.by_beginning.len() >= CAPACITY {
            let oldest = states
                .by_beginning
                .iter()
                .min_by_key(|(_, remembered)| remembered.last_use);
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                states.by_beginning.remove(&oldest);
            }
        }
        states.by_beginning.insert(beginning, Remembered { state, last_use });
    }
}

/// For each piece, up to the last shared part, a name of everything up to and including it. States behind that are not
/// remembered.
fn beginnings(pieces: &[Piece<'_>]) -> Vec<Sha256Digest> {
    let last = pieces.iter().rposition(|piece| matches!(piece, Piece::Shared(_)));
    let mut names = Sha256State::default();
    let upto_last = pieces.iter().take(last.map_or(0, |last| last + 1));
    upto_last
        .map(|piece| {
            match piece {
                Piece::Own(slice) => {
                    let bytes = slice.expose();
                    names.update(b"own");
                    names.update(&(bytes.len() as u64).to_be_bytes());
                    names.update(bytes);
                }
                Piece::Shared(part) => {
                    names.update(b"shared");
                    names.update(&part.size_bytes.to_be_bytes());
                    names.update(part.sha256.as_bytes());
                }
            }
            names.clone().finish()
        })
        .collect()
}

fn hash_shared(state: &mut Sha256State, part: &SharedPart, shared: &dyn SharedBytes) -> io::Result<()> {
    // One byte more than promised is enough to notice a part that is too long.
    let reader = shared.open(part)?.take(part.size_bytes.saturating_add(1));
    if read_ahead(reader, part.size_bytes, |chunk| state.update(chunk))? == part.size_bytes {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "a shared part is not as long as its reference says",
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::OwnBytes;

    /// Shared bytes in memory, and how often they were opened.
    struct Bytes(Vec<u8>, Cell<usize>);

    impl SharedBytes for Bytes {
        fn open(&self, _part: &SharedPart) -> io::Result<Box<dyn Read + Send + '_>> {
            self.1.set(self.1.get() + 1);
            Ok(Box::new(self.0.as_slice()))
        }
    }

    fn shared(bytes: &[u8]) -> Part {
        Part::Shared(SharedPart {
            sha256: Sha256Digest::of(bytes),
            size_bytes: bytes.len() as u64,
        })
    }

    fn own(bytes: &[u8]) -> Part {
        Part::Own(OwnBytes::new(bytes.to_vec()))
    }

    #[test]
    fn shared_bytes_behind_the_same_beginning_are_read_once() {
        let source = Bytes(vec![7; 1_000_000], Cell::new(0));
        let memo = DigestMemo::new();
        for (tail, opened) in [(b"one", 1), (b"two", 1), (b"six", 1)] {
            let parts = [own(b"head"), shared(&source.0), own(tail)];
            let whole = [b"head", source.0.as_slice(), tail].concat();
            assert_eq!(memo.digest(&parts, &source).unwrap(), Sha256Digest::of(&whole));
            assert_eq!(source.1.get(), opened);
        }
        let parts = [own(b"other"), shared(&source.0)];
        let whole = [b"other", source.0.as_slice()].concat();
        assert_eq!(memo.digest(&parts, &source).unwrap(), Sha256Digest::of(&whole));
        assert_eq!(source.1.get(), 2);
    }

    #[test]
    fn beginnings_do_not_run_into_each_other() {
        let source = Bytes(b"x".to_vec(), Cell::new(0));
        let memo = DigestMemo::new();
        let one = memo.digest(&[own(b"ab"), own(b"c"), shared(b"x")], &source).unwrap();
        let two = memo.digest(&[own(b"a"), own(b"bc"), shared(b"x")], &source).unwrap();
        assert_eq!(one, Sha256Digest::of(b"abcx"));
        assert_eq!(two, one);
    }

    #[test]
    fn a_state_goes_on() {
        let source = Bytes(b"shared".to_vec(), Cell::new(0));
        let memo = DigestMemo::new();
        let parts = [own(b"head"), shared(&source.0), own(b"tail")];
        let pieces = crate::pieces_in(&parts, &[2..4, 4..12]).unwrap();
        for _ in 0..2 {
            let mut state = memo.state(&pieces, &source).unwrap();
            state.update(b"more");
            assert_eq!(state.finish(), Sha256Digest::of(b"adsharedtamore"));
            assert_eq!(source.1.get(), 1);
        }
        // Other pieces of the same package are another beginning.
        assert_eq!(
            memo.digest(&parts, &source).unwrap(),
            Sha256Digest::of(b"headsharedtail")
        );
    }

    #[test]
    fn a_part_of_another_length_is_an_error() {
        for bytes in [&b"shor"[..], b"longer"] {
            let source = Bytes(bytes.to_vec(), Cell::new(0));
            let error = DigestMemo::new().digest(&[shared(b"short")], &source).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
    }

    #[test]
    fn memory_is_bounded() {
        let source = Bytes(b"x".to_vec(), Cell::new(0));
        let memo = DigestMemo::new();
        for n in 0..CAPACITY + 40 {
            memo.digest(&[own(&n.to_be_bytes()), shared(b"x")], &source).unwrap();
        }
        let states = memo.states.lock().unwrap();
        assert_eq!(states.by_beginning.len(), CAPACITY);
    }
}
