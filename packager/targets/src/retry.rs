//! Asking again after a failure that may pass.

use std::time::Duration;

use aws_lc_rs::rand;
use tough::TransportError;

use crate::error::Error;
use crate::limits::Retry;
use crate::transport::may_pass;

/// Does `work` until it succeeds, fails for good, or has failed as often as `retry` allows.
pub(crate) async fn retrying<T, F>(retry: Retry, mut work: impl FnMut() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    let mut delay = retry.first_delay.min(retry.longest_delay);
    for attempt in 1..retry.attempts {
        match work().await {
            Err(error) if is_transient(&error) => {
                tracing::debug!(
                    attempt,
                    error = &error as &dyn std::error::Error,
                    "to be asked for again"
                );
                tokio::time::sleep(shortened(delay)).await;
                delay = delay.saturating_mul(2).min(retry.longest_delay);
            }
            outcome => return outcome,
        }
    }
    work().await
}

fn is_transient(error: &Error) -> bool {
    match error {
        Error::Transport { source, .. } => source.downcast_ref::<TransportError>().is_some_and(may_pass),
        _ => false,
    }
}

/// Between a half of `delay` and all of it.
fn shortened(delay: Duration) -> Duration {
    let mut random = [0];
    // Without randomness it is the whole.
    let share = rand::fill(&mut random).map_or(255, |()| u32::from(random[0]));
    delay / 2 + delay / 2 * share / 255
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::time::Instant;

    use super::*;
    use crate::error::Subject;
    use crate::transport::broken_off;

    const RETRY: Retry = Retry {
        attempts: 5,
        first_delay: Duration::from_secs(2),
        longest_delay: Duration::from_secs(5),
    };

    fn broken() -> Error {
        Error::transport(Subject::Target, broken_off())
    }

    async fn attempts(retry: Retry, outcome: impl Fn(u32) -> Result<(), Error>) -> (u32, bool) {
        let count = Cell::new(0);
        let result = retrying(retry, || {
            count.set(count.get() + 1);
            let outcome = outcome(count.get());
            async { outcome }
        })
        .await;
        (count.get(), result.is_ok())
    }

    #[tokio::test(start_paused = true)]
    async fn attempts_are_bounded_and_wait_longer_each_time() {
        for attempts_allowed in [0, 1] {
            let retry = Retry {
                attempts: attempts_allowed,
                ..RETRY
            };
            assert_eq!(attempts(retry, |_| Err(broken())).await, (1, false));
        }
        let start = Instant::now();
        assert_eq!(attempts(RETRY, |_| Err(broken())).await, (5, false));
        let waited = start.elapsed();
        let (least, most) = (
            Duration::from_secs(8),
            Duration::from_secs(16) + Duration::from_millis(10),
        );
        assert!((least..=most).contains(&waited), "{waited:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_with_the_first_success_and_with_what_does_not_pass() {
        let third = |count| if count < 3 { Err(broken()) } else { Ok(()) };
        assert_eq!(attempts(RETRY, third).await, (3, true));
        assert_eq!(attempts(RETRY, |_| Err(Error::Unavailable)).await, (1, false));
    }
}
