//! Waiting for what may pass.

use std::time::Duration;

use aws_lc_rs::rand;
use jiff::{SignedDuration, Timestamp};
use packager_clock::Clock;

/// The longest that a server may ask for with `Retry-After`.
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(3600);

/// How long is waited, in pieces that get longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The first piece.
    pub first_wait: Duration,
    /// The longest piece.
    pub longest_wait: Duration,
    /// All of it.
    pub in_all: Duration,
}

/// Waiting that has begun.
#[derive(Debug)]
pub(crate) struct Waiting<'a> {
    clock: &'a dyn Clock,
    patience: Patience,
    next: Duration,
    deadline: Timestamp,
}

/// The time is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct GivenUp;

impl Patience {
    /// Begins to wait, as if since `since`.
    pub(crate) fn begin(self, clock: &dyn Clock, since: Timestamp) -> Waiting<'_> {
        Waiting {
            clock,
            patience: self,
            next: self.first_wait,
            deadline: after(since, self.in_all),
        }
    }
}

impl Waiting<'_> {
    /// Waits for the next piece, or as long as a server asked for if that is longer.
    ///
    /// # Errors
    /// [`GivenUp`], without waiting, if the time would be over then.
    pub(crate) async fn wait(&mut self, asked_for: Option<Duration>) -> Result<(), GivenUp> {
        let asked_for = asked_for.unwrap_or_default().min(LONGEST_RETRY_AFTER);
        let until = after(self.clock.now(), shortened(self.next).max(asked_for));
        if until > self.deadline {
            return Err(GivenUp);
        }
        self.next = self.next.saturating_mul(2).min(self.patience.longest_wait);
        self.clock.sleep_until(until).await;
        Ok(())
    }
}

pub(crate) fn after(time: Timestamp, duration: Duration) -> Timestamp {
    let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
    time.checked_add(duration).unwrap_or(Timestamp::MAX)
}

/// Between three quarters of `wait` and all of it: many who wait for the same server do not come back together.
fn shortened(wait: Duration) -> Duration {
    let mut random = [0];
    // Without randomness it is the whole.
    let share = rand::fill(&mut random).map_or(255, |()| u32::from(random[0]));
    wait / 4 * 3 + wait / 4 * share / 255
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use packager_clock::ManualClock;

    use super::*;

    const PATIENCE: Patience = Patience {
        first_wait: Duration::from_secs(4),
        longest_wait: Duration::from_secs(16),
        in_all: Duration::from_secs(100),
    };

    #[tokio::test]
    async fn waits_get_longer_until_the_time_is_over() {
        let clock = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let mut waiting = PATIENCE.begin(&*clock, Timestamp::UNIX_EPOCH);
        let mut waits = Vec::new();
        loop {
            let before = clock.now();
            let ((), outcome) = tokio::join!(biased; async { clock.advance(Duration::ZERO) }, async {
                tokio::select! {
                    biased;
                    outcome = waiting.wait(None) => Some(outcome),
                    () = async { while clock.now() < after(before, Duration::from_secs(17)) {
                        clock.advance(Duration::from_millis(100));
                        tokio::task::yield_now().await;
                    } } => None,
                }
            });
            if outcome == Some(Err(GivenUp)) {
                break;
            }
            waits.push(clock.now().duration_since(before).as_millis());
        }
        let bounds = [3000..=4100, 6000..=8100, 12000..=16100, 12000..=16100];
        for (wait, bounds) in waits.iter().zip(bounds) {
            assert!(bounds.contains(wait), "{waits:?}");
        }
        let sum: i128 = waits.iter().sum();
        assert!((80_000..=101_000).contains(&sum), "{waits:?}");
    }

    #[tokio::test]
    async fn what_a_server_asks_for_is_waited_for_within_bounds() {
        let clock = ManualClock::at(Timestamp::UNIX_EPOCH);
        let long = Patience {
            in_all: Duration::from_secs(4000),
            ..PATIENCE
        };
        let mut waiting = long.begin(&clock, Timestamp::UNIX_EPOCH);
        for (asked_for, least) in [(60, 60), (1_000_000, 3600)] {
            let mut wait = Box::pin(waiting.wait(Some(Duration::from_secs(asked_for))));
            assert!(futures_util::poll!(&mut wait).is_pending());
            clock.advance(Duration::from_secs(least - 1));
            assert!(futures_util::poll!(&mut wait).is_pending());
            clock.advance(Duration::from_secs(1));
            assert_eq!(wait.await, Ok(()));
        }
        assert_eq!(waiting.wait(Some(Duration::from_secs(3600))).await, Err(GivenUp));
    }
}
