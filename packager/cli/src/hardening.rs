//! What the process does so that the system keeps no copy of its memory.

use std::io;

use packager_settings::LockMemory;
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit};
use rustix::thread::{CapabilitySet, capabilities};

use crate::error::Error;

/// What an operator does about memory that cannot be locked.
const ADVICE: &str = "set LimitMEMLOCK=infinity in the systemd unit, or `ulimits: {memlock: -1}` in a compose file, or \
                      turn swap off";

/// No core dump is written, whatever ends the process, and no other process of the same user can read its memory. The
/// limit holds for processes that this one starts, too.
pub(crate) fn prevent_dumps() -> Result<(), Error> {
    // The limit alone does not reach a dump that the system pipes into a program (core(5)); this does.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| Error::io("forbid dumps of this process's memory")(error.into()))?;
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    setrlimit(Resource::Core, none).map_err(|error| Error::io("set the limit of core dumps")(error.into()))
}

/// Whether memory is locked, and if not, why.
#[derive(Debug)]
pub(crate) enum Locked {
    /// All of it, present and future.
    All,
    /// It was not asked for.
    Off,
    /// The system does not allow it, or refused.
    Not(Refused),
}

/// Why memory is not locked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    /// Locking would make allocations fail once the limit is reached.
    #[error("memory cannot be locked: RLIMIT_MEMLOCK is {limit_bytes} bytes and there is no CAP_IPC_LOCK; {ADVICE}")]
    Limit {
        /// The limit.
        limit_bytes: u64,
    },
    /// The system refused.
    #[error("memory cannot be locked; {ADVICE}")]
    System(#[source] io::Error),
}

/// Locks all memory of the process, so that none of it is ever in swap. Pages are locked when they are first used, so it
/// takes no more memory than without.
///
/// It is not tried under a limit: the lock reaches future allocations too, and those beyond the limit would fail.
pub(crate) fn lock_memory(setting: LockMemory) -> Result<Locked, Error> {
    let locked = match setting {
        LockMemory::Off => Locked::Off,
        LockMemory::Auto | LockMemory::Require => try_lock(),
    };
    match locked {
        Locked::Not(refused) if setting == LockMemory::Require => {
            Err(Error::failed("lock_memory is `require`")(refused))
        }
        locked => Ok(locked),
    }
}

fn try_lock() -> Locked {
    let limit = getrlimit(Resource::Memlock).current;
    let may_exceed = capabilities(None).is_ok_and(|sets| sets.effective.contains(CapabilitySet::IPC_LOCK));
    if let Some(limit_bytes) = limit.filter(|_| !may_exceed) {
        return Locked::Not(Refused::Limit { limit_bytes });
    }
    match mlockall(MlockAllFlags::CURRENT | MlockAllFlags::FUTURE | MlockAllFlags::ONFAULT) {
        Ok(()) => Locked::All,
        Err(error) => Locked::Not(Refused::System(error.into())),
    }
}

impl Locked {
    /// One line for the log of the service.
    pub(crate) fn log(&self) {
        match self {
            Self::All => tracing::info!("memory is locked: nothing of it goes to swap"),
            Self::Off => tracing::info!("memory is not locked: lock_memory is off"),
            Self::Not(refused) => {
                tracing::warn!(
                    error = refused as &dyn std::error::Error,
                    "secrets in memory could go to swap"
                );
            }
        }
    }
}
