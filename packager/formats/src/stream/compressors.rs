//! The threads that compress, shared by all runs that are being written, and what they need not do again.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use super::known::KnownBlocks;

/// So many blocks are compressed at a time, whichever runs they belong to. Bounds the processors and the memory that
/// making shared parts takes: a block of the best effort and its compressor's tables are about 130 MB. Cheap to clone;
/// clones share the bound.
#[derive(Clone)]
pub struct Compressors {
    slots: Arc<Slots>,
    known: Option<Arc<dyn KnownBlocks>>,
}

struct Slots {
    free: Mutex<u32>,
    freed: Condvar,
}

/// The right to compress one block. Given back when dropped.
pub(super) struct Turn(Arc<Slots>);

impl Compressors {
    /// At most `threads` at a time.
    #[must_use]
    pub fn new(threads: NonZeroU32) -> Self {
        Self {
            slots: Arc::new(Slots {
                free: Mutex::new(threads.get()),
                freed: Condvar::new(),
            }),
            known: None,
        }
    }

    /// The same threads, which do not compress what is among `known`.
    #[must_use]
    pub fn knowing(self, known: Arc<dyn KnownBlocks>) -> Self {
        Self {
            known: Some(known),
            ..self
        }
    }

    pub(super) fn known(&self) -> Option<Arc<dyn KnownBlocks>> {
        self.known.clone()
    }

    /// Waits for a turn. Whoever holds one needs no other, so turns always come.
    pub(super) fn turn(&self) -> Turn {
        let slots = &self.slots;
        let free = slots.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = slots
            .freed
            .wait_while(free, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        drop(free);
        Turn(Arc::clone(slots))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

impl fmt::Debug for Compressors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compressors(..)")
    }
}
