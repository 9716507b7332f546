//! Turns at the room of the scratch directory.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::AuthenticodeError;
use super::scratch::Scratch;

/// What the output has beyond the package, and what the file system needs for itself.
const MARGIN_MIB: u64 = 1;

/// What counts as no limit: no package comes near it.
const UNLIMITED_MIB: u32 = 1 << 24;

/// Lets as many runs go on at a time as there is room for: two packages that fit one after the other need not fail each other.
#[derive(Debug)]
pub(super) struct Turns {
    free_mib: Semaphore,
    whole_mib: u32,
}

impl Turns {
    pub(super) fn at(scratch: &Scratch) -> Result<Self, AuthenticodeError> {
        let room = scratch.room().map_err(AuthenticodeError::System)?;
        let whole_mib = room.and_then(|room| u32::try_from(room.whole_bytes >> 20).ok());
        let whole_mib = whole_mib.unwrap_or(UNLIMITED_MIB).min(UNLIMITED_MIB);
        Ok(Self {
            free_mib: Semaphore::new(usize::try_from(whole_mib).unwrap_or(Semaphore::MAX_PERMITS)),
            whole_mib,
        })
    }

    /// Waits until there is room for a package of this size beside those that are being signed.
    ///
    /// # Errors
    /// [`AuthenticodeError::NoRoom`] if it could not be signed alone, or somebody else has taken the room.
    pub(super) async fn take(
        &self,
        scratch: &Scratch,
        package_bytes: u64,
    ) -> Result<SemaphorePermit<'_>, AuthenticodeError> {
        let needed_mib = (package_bytes >> 20) + 1 + MARGIN_MIB;
        let no_room = |free_mib| AuthenticodeError::NoRoom {
            directory: scratch.path().to_owned(),
            needed_mib,
            free_mib,
        };
        let needed = u32::try_from(needed_mib).unwrap_or(u32::MAX);
        if needed > self.whole_mib {
            return Err(no_room(self.whole_mib.into()));
        }
        let turn = self.free_mib.acquire_many(needed).await;
        let turn = turn.map_err(|_| no_room(0))?;
        match scratch.room().map_err(AuthenticodeError::System)? {
            Some(room) if room.free_bytes >> 20 < needed_mib => Err(no_room(room.free_bytes >> 20)),
            _ => Ok(turn),
        }
    }
}
