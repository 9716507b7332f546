use std::time::Duration;

/// Bounds on what the repository may send. Each names the abuse that it stops.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Longest `root.json`: an endless root fills the memory. (W in section 5.3.3.)
    pub root_bytes: u64,
    /// Longest `timestamp.json`: an endless timestamp fills the memory. (X in section 5.4.1.)
    pub timestamp_bytes: u64,
    /// Longest `snapshot.json`, whatever length the timestamp lists. (Y in section 5.5.1.)
    pub snapshot_bytes: u64,
    /// Longest `targets.json`, whatever length the snapshot lists. (Z in section 5.6.1.)
    pub targets_bytes: u64,
    /// Longest target file, whatever length the targets metadata lists: one file fills the disk.
    pub target_bytes: u64,
    /// Most roots to walk in one refresh: an endless chain of roots keeps a client busy
    /// for ever. (Y in section 5.3.3.)
    pub root_rotations: u32,
    /// How slow a body may be: an endless trickle holds a build for ever.
    pub pace: Pace,
    /// How often a file is asked for when the server fails or a body breaks off.
    pub retry: Retry,
    /// Most bytes of cached targets and unpacked archives: releases of years fill the disk. What was used longest ago goes
    /// first, and what is in use stays beyond the limit until it is not.
    pub cache_bytes: u64,
    /// Bounds on archives inside targets.
    pub archive: ArchiveLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            root_bytes: 512 << 10,
            timestamp_bytes: 64 << 10,
            snapshot_bytes: 1 << 20,
            targets_bytes: 32 << 20,
            target_bytes: 1 << 30,
            root_rotations: 256,
            pace: Pace::default(),
            retry: Retry::default(),
            cache_bytes: 4 << 30,
            archive: ArchiveLimits::default(),
        }
    }
}

/// The slowest body that is still read: after `grace`, it must have kept up with
/// `bytes_per_second` on the whole.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Time for connecting, for the answer's head, and for stalls on the way.
    pub grace: Duration,
    /// Least throughput beyond the grace; zero counts as one.
    pub bytes_per_second: u64,
}

impl Pace {
    /// How long after the request's start `received_bytes` may still be waiting for more.
    #[must_use]
    pub fn allowance(&self, received_bytes: u64) -> Duration {
        let rate = self.bytes_per_second.max(1);
        let millis = received_bytes.saturating_mul(1000) / rate;
        self.grace.saturating_add(Duration::from_millis(millis))
    }
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            grace: Duration::from_secs(30),
            bytes_per_second: 32 << 10,
        }
    }
}

/// How a file is asked for again after a failure that may pass: a server that is away or answers that it failed, a body
/// that breaks off. What is refused, and what comes too slowly, is not asked for again.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// How often it is asked for in all; zero counts as one. More would keep a server busy that is just coming back.
    pub attempts: u32,
    /// The wait before the second attempt, at most; a random half of it is left out, lest all clients come back at the
    /// same moment. It doubles from attempt to attempt.
    pub first_delay: Duration,
    /// The longest wait.
    pub longest_delay: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 3,
            first_delay: Duration::from_millis(500),
            longest_delay: Duration::from_secs(10),
        }
    }
}

/// Bounds on archives inside targets.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct ArchiveLimits {
    /// Most bytes of the unpacked stream, headers included: a few kilobytes of gzip can
    /// hold gigabytes of zeros.
    pub stream_bytes: u64,
    /// Most files and directories, implied ones included: a million empty files exhaust inodes.
    pub entries: usize,
    /// Longest path in bytes: file systems refuse longer ones, late.
    pub path_bytes: usize,
    /// Most components of a path: each costs a directory on the host.
    pub path_depth: usize,
}

impl Default for ArchiveLimits {
    fn default() -> Self {
        Self {
            stream_bytes: 1 << 30,
            entries: 16_384,
            path_bytes: 1024,
            path_depth: 32,
        }
    }
}
