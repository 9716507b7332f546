//! The memory that request bodies take, all together.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use super::api_error::ApiError;

/// Memory is counted in pieces of this size.
const PIECE_BYTES: usize = 1 << 10;
/// What a body gets at first. Most requests are shorter.
const FIRST_BYTES: usize = 4 << 10;

/// The memory that request bodies may take, all together. A body gets it as its bytes come, not as it announces them.
#[derive(Debug, Clone)]
pub(crate) struct BodyMemory {
    pieces: usize,
    free: Arc<Semaphore>,
}

impl BodyMemory {
    /// So many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        let pieces = usize::try_from(bytes / PIECE_BYTES as u64).unwrap_or(usize::MAX);
        let pieces = pieces.min(Semaphore::MAX_PERMITS);
        Self {
            pieces,
            free: Arc::new(Semaphore::new(pieces)),
        }
    }

    /// How many bytes are taken.
    pub(crate) fn taken_bytes(&self) -> usize {
        self.pieces.saturating_sub(self.free.available_permits()) * PIECE_BYTES
    }

    fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, ApiError> {
        let pieces = u32::try_from(bytes.div_ceil(PIECE_BYTES)).unwrap_or(u32::MAX);
        let full = ApiError::Unavailable {
            detail: "Too many requests are being read.",
            retry_after_seconds: 1,
        };
        Arc::clone(&self.free).try_acquire_many_owned(pieces).map_err(|_| full)
    }
}

/// A request's body. Its bytes zero themselves, those of places that it has outgrown too.
pub(super) struct Body {
    bytes: Zeroizing<Vec<u8>>,
    memory: BodyMemory,
    taken: Option<OwnedSemaphorePermit>,
    limit_bytes: usize,
}

impl Body {
    /// No bytes yet, and never more than `limit_bytes`.
    pub(super) fn new(memory: BodyMemory, limit_bytes: usize) -> Self {
        Self {
            bytes: Zeroizing::new(Vec::new()),
            memory,
            taken: None,
            limit_bytes,
        }
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`ApiError::TooLarge`] beyond the limit, [`ApiError::Unavailable`] where other bodies have taken the memory.
    pub(super) fn extend(&mut self, chunk: &[u8]) -> Result<(), ApiError> {
        let length = self.bytes.len() + chunk.len();
        if length > self.limit_bytes {
            return Err(ApiError::TooLarge {
                limit_bytes: self.limit_bytes,
            });
        }
        if length > self.bytes.capacity() {
            let doubled = self.bytes.capacity().saturating_mul(2).max(FIRST_BYTES);
            self.grow(doubled.min(self.limit_bytes).max(length))?;
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }

    /// Moves to a larger place. A vector that grows by itself leaves its old bytes behind.
    fn grow(&mut self, capacity: usize) -> Result<(), ApiError> {
        let taken = self.memory.take(capacity)?;
        let mut larger = Zeroizing::new(Vec::with_capacity(capacity));
        larger.extend_from_slice(&self.bytes);
        self.bytes = larger;
        self.taken = Some(taken);
        Ok(())
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_ends_at_its_limit() {
        let mut body = Body::new(BodyMemory::new(1 << 20), 10_000);
        body.extend(&[7; 9_999]).unwrap();
        body.extend(&[8]).unwrap();
        assert!(matches!(
            body.extend(&[9]),
            Err(ApiError::TooLarge { limit_bytes: 10_000 })
        ));
        assert_eq!(body.len(), 10_000);
        assert_eq!((body[0], body[9_999]), (7, 8));
    }

    #[test]
    fn all_bodies_share_the_memory_and_give_it_back() {
        let memory = BodyMemory::new(24 << 10);
        let long = |bytes: usize| {
            let mut body = Body::new(memory.clone(), 64 << 10);
            body.extend(&vec![0; bytes]).map(|()| body)
        };
        let first = long(16 << 10).unwrap();
        assert!(matches!(long(9 << 10), Err(ApiError::Unavailable { .. })));
        let second = long(8 << 10).unwrap();
        assert!(matches!(long(1), Err(ApiError::Unavailable { .. })));
        drop((first, second));
        assert_eq!(memory.taken_bytes(), 0);
    }

    #[test]
    fn memory_is_taken_as_bytes_come() {
        let memory = BodyMemory::new(64 << 10);
        let mut body = Body::new(memory.clone(), 64 << 10);
        assert_eq!(memory.taken_bytes(), 0);
        body.extend(b"{").unwrap();
        assert_eq!(memory.taken_bytes(), FIRST_BYTES);
    }
}
