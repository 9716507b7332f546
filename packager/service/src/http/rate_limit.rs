//! Rate limits: governor's GCRA, with the memory for keys bounded.
//!
//! A client learns of the limit in `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), and in
//! `Retry-After` when it is over it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::HttpResponseBuilder;
use actix_web::http::header::{HeaderName, RETRY_AFTER};
use governor::clock::Clock as _;
use governor::middleware::{NoOpMiddleware, StateInformationMiddleware};
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use packager_settings::{Rate, Rates};
use packager_store::PackageId;

use super::client_address::AddressKey;
use packager_clock::Clock;

/// The limiters.
pub(crate) struct RateLimits {
    pub(crate) create: Limiter<AddressKey>,
    pub(crate) status: Limiter<PackageId>,
    pub(crate) download: Limiter<PackageId>,
    /// Of asking for packages that do not exist, by client address: guesses at ids.
    pub(crate) unknown: Limiter<AddressKey>,
}

impl RateLimits {
    pub(crate) fn new(settings: &Rates, clock: &Arc<dyn Clock>) -> Self {
        Self {
            create: Limiter::new("create", settings.rate_create, settings.rate_keys, clock),
            status: Limiter::new("status", settings.rate_status, settings.rate_keys, clock),
            download: Limiter::new("download", settings.rate_download, settings.rate_keys, clock),
            unknown: Limiter::new("unknown", settings.rate_status, settings.rate_keys, clock),
        }
    }
}

type Inner<K> = RateLimiter<K, BoundedStore<K>, GovernorClock, StateInformationMiddleware>;

/// One limit, by key.
pub(crate) struct Limiter<K: Hash + Eq + Clone> {
    name: &'static str,
    limit: Option<(Rate, Inner<K>)>,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(name: &'static str, rate: Option<Rate>, keys: usize, clock: &Arc<dyn Clock>) -> Self {
        let limit = rate.and_then(|rate| {
            let quota = Quota::with_period(rate.per / rate.count.get())?.allow_burst(rate.burst);
            let clock = GovernorClock(Arc::clone(clock));
            let store = BoundedStore::new(keys, clock.clone());
            let limiter = RateLimiter::<_, _, _, NoOpMiddleware<Nanos>>::new(quota, store, clock);
            Some((rate, limiter.with_middleware()))
        });
        Self { name, limit }
    }

    /// Counts a request.
    pub(crate) fn check(&self, key: &K) -> Result<Allowance, Limited> {
        let Some((rate, limiter)) = &self.limit else {
            return Ok(Allowance(None));
        };
        let state = |remaining, reset_seconds| LimitState {
            name: self.name,
            rate: *rate,
            remaining,
            reset_seconds,
        };
        match limiter.check_key(key) {
            Ok(snapshot) => Ok(Allowance(Some(state(snapshot.remaining_burst_capacity(), 0)))),
            Err(until) => {
                let wait = until.wait_time_from(limiter.clock().now());
                let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                Err(Limited(state(0, seconds.max(1))))
            }
        }
    }
}

/// Where a client stands with a limit.
#[derive(Debug, Clone, Copy)]
struct LimitState {
    name: &'static str,
    rate: Rate,
    remaining: u32,
    reset_seconds: u64,
}

impl LimitState {
    fn add_headers(&self, response: &mut HttpResponseBuilder) {
        let Rate { count, per, burst } = self.rate;
        let policy = format!("\"{}\";q={count};w={}", self.name, per.as_secs().max(1));
        response.insert_header((HeaderName::from_static("ratelimit-policy"), policy));
        let reset = if self.reset_seconds > 0 {
            self.reset_seconds
        } else {
            // The time until the whole burst is there again.
            let used = burst.get().saturating_sub(self.remaining);
            (per / count.get()).saturating_mul(used).as_secs()
        };
        let state = format!("\"{}\";r={};t={reset}", self.name, self.remaining);
        response.insert_header((HeaderName::from_static("ratelimit"), state));
    }
}

/// A request that was counted and may go on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowance(Option<LimitState>);

impl Allowance {
    /// Says in the answer where the client stands.
    pub(crate) fn add_headers(&self, response: &mut HttpResponseBuilder) {
        if let Some(state) = &self.0 {
            state.add_headers(response);
        }
    }
}

/// A request that is over its limit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limited(LimitState);

impl Limited {
    pub(super) fn detail(&self) -> String {
        format!("Try again in {} s.", self.0.reset_seconds)
    }

    pub(super) fn add_headers(&self, response: &mut HttpResponseBuilder) {
        self.0.add_headers(response);
        response.insert_header((RETRY_AFTER, self.0.reset_seconds));
    }
}

/// The service's clock for governor: nanoseconds since 1970.
#[derive(Debug, Clone)]
struct GovernorClock(Arc<dyn Clock>);

impl governor::clock::Clock for GovernorClock {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::from(u64::try_from(self.0.now().as_nanosecond()).unwrap_or(0))
    }
}

/// The state of each key, up to a number. A key's state is the time from which on it is as good as new, counted from
/// the limiter's start; then it is forgotten.
struct BoundedStore<K> {
    states: Mutex<HashMap<K, Nanos>>,
    /// What the keys share that there is no room for.
    overflow: Mutex<Option<Nanos>>,
    capacity: usize,
    clock: GovernorClock,
    start: Nanos,
}

impl<K: Hash + Eq> BoundedStore<K> {
    fn new(capacity: usize, clock: GovernorClock) -> Self {
        Self {
            states: Mutex::default(),
            overflow: Mutex::default(),
            capacity: capacity.max(1),
            start: clock.now(),
            clock,
        }
    }
}

impl<K: Hash + Eq + Clone> StateStore for BoundedStore<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        if states.len() >= self.capacity && !states.contains_key(key) {
            let now = self.clock.now().saturating_sub(self.start);
            states.retain(|_, as_good_as_new| *as_good_as_new > now);
        }
        if states.len() >= self.capacity && !states.contains_key(key) {
            drop(states);
            let mut overflow = self.overflow.lock().unwrap_or_else(PoisonError::into_inner);
            let (outcome, state) = measure(*overflow)?;
            *overflow = Some(state);
            return Ok(outcome);
        }
        let (outcome, state) = measure(states.get(key).copied())?;
        states.insert(key.clone(), state);
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use jiff::Timestamp;

    use super::*;
    use packager_clock::ManualClock;

    fn limiter(count: u32, keys: usize) -> (Arc<ManualClock>, Limiter<u32>) {
        let manual = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let clock: Arc<dyn Clock> = Arc::clone(&manual) as _;
        let count = NonZeroU32::new(count).unwrap();
        let rate = Rate {
            count,
            per: Duration::from_secs(60),
            burst: count,
        };
        (manual, Limiter::new("test", Some(rate), keys, &clock))
    }

    #[test]
    fn the_burst_is_allowed_and_then_one_by_one() {
        let (clock, limiter) = limiter(6, 10);
        for _ in 0..6 {
            assert!(limiter.check(&1).is_ok());
        }
        let refused = limiter.check(&1).unwrap_err();
        assert_eq!(refused.0.reset_seconds, 10);
        assert!(limiter.check(&2).is_ok(), "another key has its own allowance");
        clock.advance(Duration::new(9, 999_999_999));
        assert!(limiter.check(&1).is_err());
        clock.advance(Duration::from_nanos(1));
        assert!(limiter.check(&1).is_ok());
        assert!(limiter.check(&1).is_err());
    }

    #[test]
    fn keys_beyond_the_bound_share_one_allowance_until_others_are_as_good_as_new() {
        let (clock, limiter) = limiter(1, 2);
        assert!(limiter.check(&1).is_ok() && limiter.check(&2).is_ok());
        assert!(limiter.check(&3).is_ok());
        assert!(limiter.check(&4).is_err());
        assert!(limiter.check(&1).is_err(), "a remembered key keeps its own");
        clock.advance(Duration::from_secs(60));
        assert!(limiter.check(&5).is_ok() && limiter.check(&6).is_ok());
        assert_eq!(
            limiter.limit.as_ref().map(|(_, inner)| inner.clock().now().as_u64()),
            Some(60_000_000_000)
        );
    }

    #[test]
    fn no_limit_is_no_limit() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::at(Timestamp::UNIX_EPOCH));
        let limiter: Limiter<u32> = Limiter::new("test", None, 1, &clock);
        for key in 0..1000 {
            assert!(limiter.check(&key).is_ok());
        }
    }
}
