//! The clock: everything that expires, refreshes, counts rates or polls asks it.

use std::fmt::Debug;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Tells the time, and waits for it.
pub trait Clock: Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Returns once `now` is `deadline` or later.
    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'_, ()>;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

/// The longest sleep in one piece: after it the clock is looked at again, for the system's time may have been set.
const NAP: Duration = if packager_faults::COMPILED_IN {
    // A test may move the clock.
    Duration::from_millis(10)
} else {
    Duration::from_secs(60)
};

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let shift = SignedDuration::try_from(packager_faults::clock_shift()).unwrap_or(SignedDuration::ZERO);
        Timestamp::now().checked_add(shift).unwrap_or(Timestamp::MAX)
    }

    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'_, ()> {
        async move {
            while let Ok(left) = Duration::try_from(deadline.duration_since(self.now())) {
                if left.is_zero() {
                    break;
                }
                tokio::time::sleep(left.min(NAP)).await;
            }
        }
        .boxed()
    }
}

/// A clock that stands still until it is moved: for tests.
#[derive(Debug)]
pub struct ManualClock(watch::Sender<Timestamp>);

impl ManualClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(watch::Sender::new(now))
    }

    /// Moves the clock forward. Whoever sleeps until then wakes.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.0
            .send_modify(|now| *now = now.checked_add(by).unwrap_or(Timestamp::MAX));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'_, ()> {
        let mut clock = self.0.subscribe();
        async move {
            // The sender lives in self, so it cannot be gone.
            let _ = clock.wait_for(|now| *now >= deadline).await;
        }
        .boxed()
    }
}

/// A clock that a sleep moves to its end, so that nobody waits: for tests of what waits for long.
#[derive(Debug)]
pub struct EagerClock(watch::Sender<Timestamp>);

impl EagerClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(watch::Sender::new(now))
    }
}

impl Clock for EagerClock {
    fn now(&self) -> Timestamp {
        *self.0.borrow()
    }

    fn sleep_until(&self, deadline: Timestamp) -> BoxFuture<'_, ()> {
        async move {
            // Others get a turn, as they would.
            tokio::task::yield_now().await;
            self.0.send_modify(|now| *now = deadline.max(*now));
        }
        .boxed()
    }
}
