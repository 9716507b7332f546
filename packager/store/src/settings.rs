//! What an operator decides about the store.

use std::time::Duration;

/// Settings of a store.
#[derive(Debug, Clone)]
pub struct StoreSettings {
    /// How long a package lives after its build ended. Default 30 minutes.
    pub expire_after: Duration,
    /// How long an expired package is still known to have existed. Default one day.
    pub remember_expired: Duration,
    /// How many builds may wait. Stops a client from filling the memory with jobs. Default 256.
    pub queue_limit: usize,
    /// How much may be stored. Stops clients from filling the disk. Default 90 % of the disk.
    pub storage_limit: StorageLimit,
}

/// When the storage counts as full. A few megabytes of the disk are left free under either limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageLimit {
    /// When the sealed files and the shared parts together reach this many bytes.
    Bytes(u64),
    /// When this share of the disk, in per cent, is in use, whoever uses it.
    DiskPercent(u8),
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            expire_after: Duration::from_secs(30 * 60),
            remember_expired: Duration::from_secs(24 * 60 * 60),
            queue_limit: 256,
            storage_limit: StorageLimit::DiskPercent(90),
        }
    }
}
