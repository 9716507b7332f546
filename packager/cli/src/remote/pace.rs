//! Whether a download gets on.

use std::time::{Duration, Instant};

/// What has to come in each period: some four kilobytes in a second, less than any line has that anybody waits for.
const LEAST_BYTES: u64 = 256 << 10;
const PERIOD: Duration = Duration::from_secs(60);

/// Watches what comes. A service that sends a byte now and then is never silent, and would hold a command for ever.
#[derive(Debug)]
pub(super) struct Pace {
    since: Instant,
    bytes: u64,
}

impl Pace {
    pub(super) const fn new(now: Instant) -> Self {
        Self { since: now, bytes: 0 }
    }

    /// Whether enough has come, now that `bytes` more have.
    pub(super) fn is_kept(&mut self, bytes: u64, now: Instant) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        if now.duration_since(self.since) < PERIOD {
            return true;
        }
        let is_kept = self.bytes >= LEAST_BYTES;
        *self = Self::new(now);
        is_kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_period_has_to_bring_enough() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert!(pace.is_kept(1, start));
        assert!(pace.is_kept(LEAST_BYTES, start + PERIOD / 2));
        assert!(pace.is_kept(0, start + PERIOD));
        // What came before counts no more.
        assert!(pace.is_kept(LEAST_BYTES - 1, start + PERIOD + PERIOD / 2));
        assert!(!pace.is_kept(0, start + 2 * PERIOD));
    }

    #[test]
    fn a_byte_now_and_then_is_not_enough() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let kept = (1..=60).all(|second| pace.is_kept(1, start + Duration::from_secs(second)));
        assert!(!kept);
    }
}
