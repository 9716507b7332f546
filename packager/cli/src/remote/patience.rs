//! How long to wait, and how often.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

/// Waits. A seam, so that tests do not.
pub(crate) trait Pause: Send + Sync {
    /// Returns after `duration`.
    fn pause(&self, duration: Duration) -> BoxFuture<'_, ()>;
}

/// Waits with tokio's clock.
pub(crate) struct TokioPause;

impl Pause for TokioPause {
    fn pause(&self, duration: Duration) -> BoxFuture<'_, ()> {
        tokio::time::sleep(duration).boxed()
    }
}

/// The first pause between two attempts; each further one is twice as long, up to [`LONGEST_STEP`].
const FIRST_STEP: Duration = Duration::from_millis(250);
/// The longest pause that is not the service's wish.
const LONGEST_STEP: Duration = Duration::from_secs(5);
/// Attempts in a row that may fail: a service that is gone is given up after some twenty seconds.
const FAILURES: u32 = 8;

/// What is left of the patience with a service.
#[derive(Debug)]
pub(super) struct Patience {
    left: Duration,
    looks_left: Duration,
    step: Duration,
    failures_left: u32,
}

impl Patience {
    /// The longest that all pauses after failures of one step may take together.
    pub(super) const BUDGET: Duration = Duration::from_secs(30 * 60);
    /// The longest that all pauses between looks at a build may take together. Notarization takes minutes, sometimes an hour,
    /// and the service gives it up after some hours itself.
    pub(super) const LOOKS_BUDGET: Duration = Duration::from_secs(10 * 60 * 60);

    pub(super) const fn new() -> Self {
        Self {
            left: Self::BUDGET,
            looks_left: Self::LOOKS_BUDGET,
            step: FIRST_STEP,
            failures_left: FAILURES,
        }
    }

    /// How long to wait before the next look at a build that goes on; `None` when it has taken too long.
    pub(super) fn between_looks(&mut self) -> Option<Duration> {
        self.failures_left = FAILURES;
        let step = self.grow();
        self.looks_left = self.looks_left.checked_sub(step)?;
        Some(step)
    }

    /// How long to wait after an attempt that failed; `None` when it was the last one, or the service wishes for
    /// longer than there is patience.
    pub(super) fn after_failure(&mut self, wish: Option<Duration>) -> Option<Duration> {
        self.failures_left = self.failures_left.checked_sub(1)?;
        let step = self.grow();
        self.spend(wish.map_or(step, |wish| wish.max(step)))
    }

    fn grow(&mut self) -> Duration {
        let step = self.step;
        self.step = (step * 2).min(LONGEST_STEP);
        step
    }

    fn spend(&mut self, pause: Duration) -> Option<Duration> {
        self.left = self.left.checked_sub(pause)?;
        Some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECONDS: [u128; 8] = [250, 500, 1000, 2000, 4000, 5000, 5000, 5000];

    #[test]
    fn pauses_double_up_to_a_bound_and_the_last_failure_ends_it() {
        let mut patience = Patience::new();
        for expected in MILLISECONDS {
            assert_eq!(patience.after_failure(None).unwrap().as_millis(), expected);
        }
        assert_eq!(patience.after_failure(None), None);
    }

    #[test]
    fn a_look_that_succeeds_forgives_failures() {
        let mut patience = Patience::new();
        for _ in 0..20 {
            assert!(patience.after_failure(None).is_some());
            assert!(patience.between_looks().is_some());
        }
    }

    #[test]
    fn the_services_wish_counts_when_it_is_longer() {
        let mut patience = Patience::new();
        assert_eq!(
            patience.after_failure(Some(Duration::from_secs(7))),
            Some(Duration::from_secs(7))
        );
        assert_eq!(
            patience.after_failure(Some(Duration::ZERO)),
            Some(Duration::from_millis(500))
        );
    }

    #[test]
    fn a_wish_beyond_the_budget_is_not_granted() {
        assert_eq!(
            Patience::new().after_failure(Some(Patience::BUDGET)),
            Some(Patience::BUDGET)
        );
        assert_eq!(Patience::new().after_failure(Some(Patience::BUDGET + FIRST_STEP)), None);
        assert_eq!(Patience::new().after_failure(Some(Duration::MAX)), None);
    }

    #[test]
    fn a_build_without_end_ends_the_patience() {
        let mut patience = Patience::new();
        let mut waited = Duration::ZERO;
        while let Some(pause) = patience.between_looks() {
            waited += pause;
        }
        assert!(
            waited <= Patience::LOOKS_BUDGET && waited + LONGEST_STEP > Patience::LOOKS_BUDGET,
            "{waited:?}"
        );
    }
}
