//! What settings hold, where the standard library has no type for it.

use std::num::NonZeroU32;
use std::time::Duration;

/// How often something may be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// This many times…
    pub count: NonZeroU32,
    /// …within this time: a second, a minute or an hour.
    pub per: Duration,
    /// How many may come at once after a pause. The count, unless `burst=` said otherwise.
    pub burst: NonZeroU32,
}

/// When the storage counts as full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageLimit {
    /// When the service itself stores this many bytes.
    Bytes(u64),
    /// When this share of the disk, in per cent, is in use, whoever uses it.
    DiskPercent(u8),
}

/// Which web pages may call the API from a browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedOrigins {
    /// Pages from everywhere.
    Any,
    /// Pages from these origins, spelled as browsers send them (RFC 6454, section 6.2). Empty: none but the service's own.
    Only(Vec<String>),
}

/// How deb packages are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DebCompression {
    /// Smallest to download.
    Xz,
    /// For tools that know nothing else.
    Gzip,
}

/// Whose shared parts are made ahead of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepare {
    /// Those of all architectures.
    All,
    /// Those of amd64.
    Amd64,
    /// Those of arm64.
    Arm64,
    /// None: parts are made when a request needs them.
    Nothing,
}

/// Whether the process's memory is kept out of swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockMemory {
    /// Where the system allows it.
    Auto,
    /// Always: without it the service does not start.
    Require,
    /// Never.
    Off,
}

/// Directives of the form `level` or `target=level`, separated by commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFilter(pub(crate) String);

impl LogFilter {
    /// The directives, in the syntax that `tracing_subscriber`'s filters read.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// One line of text for each event.
    Text,
    /// One JSON object on a line for each event.
    Json,
}
