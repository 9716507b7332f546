//! The books of one connection: what came, what went, and by when something has to happen.
//!
//! A client that reads has credit: [`PaceLimits::idle_timeout`] at first. Time in which it could have taken more of an
//! answer, and did not, is taken from its credit; each byte that it takes gives back the time that it may take at
//! [`PaceLimits::least_rate`], up to the credit that it had at first. Where nothing is left the connection is cut. One
//! rule covers both a client that takes nothing and one that takes a byte now and then, and a fast beginning does not
//! pay for a slow end.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use super::Cut;

/// The limits of one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PaceLimits {
    /// How long a TLS handshake may take. Then, how long a request's head may take, from its first byte on, and how long the rest of a request that has been
    /// answered may go on. The first head is actix-http's to bound: it answers 408.
    pub(crate) request_timeout: Duration,
    /// How long a connection is kept between two requests. actix-http closes it then, unless the body of the request
    /// before has not ended; the guard does so [`Self::request_timeout`] later, when a request that began in time is over.
    pub(crate) keep_alive: Duration,
    /// How long a client may take nothing of an answer.
    pub(crate) idle_timeout: Duration,
    /// How many bytes of an answer it has to take in a second.
    pub(crate) least_rate: u64,
    /// How long what is under way may go on when the service stops.
    pub(crate) shutdown_timeout: Duration,
}

/// The books of one connection.
pub(crate) struct Pace {
    limits: PaceLimits,
    books: Mutex<Books>,
}

struct Books {
    /// By when the TLS handshake under way has to end.
    handshake_by: Option<Instant>,
    /// Whether a request is being answered.
    open: bool,
    /// Whether there has been a request.
    asked: bool,
    /// When the connection came, or its last answer ended or went out.
    quiet_since: Instant,
    /// When the first byte came that belongs to no request yet.
    unasked_since: Option<Instant>,
    /// Since when the client could take more of an answer.
    blocked_since: Option<Instant>,
    credit: Duration,
    /// When the service stops waiting.
    stop_at: Option<Instant>,
    cut: Option<Cut>,
    /// Wakes the guard when another connection decides over this one.
    waker: Option<Waker>,
}

impl Books {
    fn idle_since(&self) -> Option<Instant> {
        (!self.open && self.blocked_since.is_none() && self.cut.is_none()).then_some(self.quiet_since)
    }

    fn read_by(&self) -> Option<Instant> {
        self.blocked_since?.checked_add(self.credit)
    }
}

impl Pace {
    /// The books of a connection that came at `now`.
    pub(crate) fn new(limits: PaceLimits, now: Instant) -> Self {
        Self {
            limits,
            books: Mutex::new(Books {
                handshake_by: None,
                open: false,
                asked: false,
                quiet_since: now,
                unasked_since: None,
                blocked_since: None,
                credit: limits.idle_timeout,
                stop_at: None,
                cut: None,
                waker: None,
            }),
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A TLS handshake begins.
    pub(super) fn begin_handshake(&self, now: Instant) {
        self.books().handshake_by = now.checked_add(self.limits.request_timeout);
    }

    /// It has ended.
    pub(super) fn end_handshake(&self, now: Instant) {
        let mut books = self.books();
        books.handshake_by = None;
        books.quiet_since = now;
    }

    /// A request's head is complete. It is being answered until what this returns is dropped.
    pub(crate) fn open_request(self: &Arc<Self>) -> OpenRequest {
        let mut books = self.books();
        books.open = true;
        books.asked = true;
        books.unasked_since = None;
        drop(books);
        OpenRequest(Arc::clone(self))
    }

    fn close_request(&self, now: Instant) {
        let mut books = self.books();
        books.open = false;
        books.quiet_since = now;
    }

    /// Bytes came.
    pub(super) fn received(&self, now: Instant) {
        let mut books = self.books();
        if books.asked && !books.open {
            books.unasked_since.get_or_insert(now);
        }
    }

    /// The client took bytes.
    pub(super) fn took(&self, count: usize, now: Instant) {
        let earned = u64::try_from(count)
            .unwrap_or(u64::MAX)
            .saturating_mul(NANOS_PER_SECOND)
            .checked_div(self.limits.least_rate);
        let most = self.limits.idle_timeout;
        let earned = earned.map_or(most, Duration::from_nanos);
        let mut books = self.books();
        if let Some(since) = books.blocked_since.take() {
            books.credit = books.credit.saturating_sub(now.saturating_duration_since(since));
        }
        books.credit = books.credit.saturating_add(earned).min(most);
        books.quiet_since = now;
    }

    /// There are bytes for the client, and it takes none.
    pub(super) fn blocked(&self, now: Instant) {
        self.books().blocked_since.get_or_insert(now);
    }

    /// The service stops. A handshake is nothing to wait for.
    pub(super) fn stop(&self, now: Instant) {
        let mut books = self.books();
        let shaking = books.handshake_by.is_some();
        let wait = if shaking {
            Duration::ZERO
        } else {
            self.limits.shutdown_timeout
        };
        books.stop_at = now.checked_add(wait);
    }

    /// Since when the connection has been idle, unless it is not.
    pub(super) fn idle_since(&self) -> Option<Instant> {
        self.books().idle_since()
    }

    /// Ends the connection.
    pub(super) fn cut(&self, why: Cut) {
        let mut books = self.books();
        books.cut.get_or_insert(why);
        let waker = books.waker.take();
        drop(books);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Whether the connection was ended before its time.
    pub(super) fn was_cut(&self) -> bool {
        self.books().cut.is_some()
    }

    /// Whom [`Self::cut`] is to wake.
    pub(super) fn set_waker(&self, waker: &Waker) {
        let mut books = self.books();
        if !books.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            books.waker = Some(waker.clone());
        }
    }

    /// Whether the connection was, or at `now` has to be, ended.
    pub(super) fn verdict(&self, now: Instant) -> Option<Cut> {
        let mut books = self.books();
        let due = |deadline: Option<Instant>, why| deadline.is_some_and(|deadline| deadline <= now).then_some(why);
        let cut = books
            .cut
            .or_else(|| due(books.stop_at, Cut::Stopping))
            .or_else(|| due(books.handshake_by, Cut::SlowHandshake))
            .or_else(|| due(books.read_by(), Cut::SlowReader))
            .or_else(|| due(self.ask_by(&books), Cut::SlowRequest))
            .or_else(|| due(self.idle_by(&books), Cut::Idle));
        books.cut = cut;
        cut
    }

    /// When the verdict may change, if nothing happens until then.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let books = self.books();
        let deadlines = [
            books.stop_at,
            books.handshake_by,
            books.read_by(),
            self.ask_by(&books),
            self.idle_by(&books),
        ];
        deadlines.into_iter().flatten().min()
    }

    fn ask_by(&self, books: &Books) -> Option<Instant> {
        books.unasked_since?.checked_add(self.limits.request_timeout)
    }

    fn idle_by(&self, books: &Books) -> Option<Instant> {
        let kept = self.limits.keep_alive.saturating_add(self.limits.request_timeout);
        books.idle_since()?.checked_add(kept)
    }
}

const NANOS_PER_SECOND: u64 = 1_000_000_000;

/// A request that is being answered, until it is dropped.
pub(crate) struct OpenRequest(Arc<Pace>);

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.close_request(Instant::now());
    }
}

#[cfg(test)]
#[path = "pace_tests.rs"]
mod tests;
