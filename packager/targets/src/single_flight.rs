use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::error::Error;

type Outcome<V> = Option<Result<V, Error>>;
type Flights<K, V> = Arc<Mutex<HashMap<K, Flight<V>>>>;

struct Flight<V> {
    outcome: watch::Receiver<Outcome<V>>,
    /// `None` until its task is there.
    task: Option<AbortHandle>,
}

/// Work that is done once for all who ask for it at the same time.
///
/// It runs as a task of its own: a caller who goes away does not end it for the others.
/// An outcome is not kept: who asks after the end starts anew.
pub(crate) struct SingleFlight<K, V>(Flights<K, V>, AtomicBool);

/// The task stopped without an outcome: it panicked, or the runtime shut down.
#[derive(Debug, thiserror::Error)]
#[error("the work was interrupted")]
struct Interrupted;

impl<K, V> Default for SingleFlight<K, V> {
    fn default() -> Self {
        Self(Arc::default(), AtomicBool::new(false))
    }
}

impl<K, V> SingleFlight<K, V>
where
    K: Clone + Eq + Hash + Send + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// Waits for the work under `key`, which `work` makes if none is under way.
    pub(crate) async fn run<F>(&self, key: K, work: impl FnOnce() -> F) -> Result<V, Error>
    where
        F: Future<Output = Result<V, Error>> + Send + 'static,
    {
        let Some(mut outcome) = self.join_or_start(&key, work) else {
            return Err(Error::cache(Interrupted));
        };
        match outcome.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(result)) => result.clone(),
            _ => Err(Error::cache(Interrupted)),
        }
    }

    /// None once all work has been ended.
    fn join_or_start<F>(&self, key: &K, work: impl FnOnce() -> F) -> Option<watch::Receiver<Outcome<V>>>
    where
        F: Future<Output = Result<V, Error>> + Send + 'static,
    {
        let mut flights = lock(&self.0);
        if self.1.load(Ordering::Relaxed) {
            return None;
        }
        if let Some(flight) = flights.get(key) {
            return Some(flight.outcome.clone());
        }
        let (sender, receiver) = watch::channel(None);
        let flight = Flight {
            outcome: receiver.clone(),
            task: None,
        };
        flights.insert(key.clone(), flight);
        let landing = Landing {
            key: key.clone(),
            flights: Arc::clone(&self.0),
        };
        let work = work();
        let task = tokio::spawn(async move {
            let result = work.await;
            drop(landing);
            // Nobody may be waiting any more.
            let _ = sender.send(Some(result));
        });
        // It cannot have landed: that takes the lock.
        if let Some(flight) = flights.get_mut(key) {
            flight.task = Some(task.abort_handle());
        }
        Some(receiver)
    }

    /// Ends all work that is under way, and lets none begin any more. Whoever waits for it is told that it was
    /// interrupted.
    pub(crate) fn end(&self) {
        let flights = lock(&self.0);
        self.1.store(true, Ordering::Relaxed);
        let tasks: Vec<_> = flights.values().filter_map(|flight| flight.task.clone()).collect();
        drop(flights);
        for task in tasks {
            task.abort();
        }
    }
}

/// Takes a flight off the table, also when its task panics.
struct Landing<K: Eq + Hash, V> {
    key: K,
    flights: Flights<K, V>,
}

impl<K: Eq + Hash, V> Drop for Landing<K, V> {
    fn drop(&mut self) {
        lock(&self.flights).remove(&self.key);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::future::join_all;
    use tokio::sync::Notify;

    use super::*;

    #[tokio::test]
    async fn those_who_ask_at_once_share_one_flight() {
        let flights = SingleFlight::<u8, usize>::default();
        let started = Arc::new(AtomicUsize::new(0));
        let ask = |key| {
            let started = Arc::clone(&started);
            flights.run(key, move || async move {
                tokio::task::yield_now().await;
                Ok(started.fetch_add(1, Ordering::SeqCst))
            })
        };
        let results = join_all((0..16).map(|_| ask(1))).await;
        assert!(results.iter().all(|result| matches!(result, Ok(0))));
        assert!(matches!(ask(1).await, Ok(1)), "a later caller starts anew");
        let _ = tokio::join!(ask(2), ask(3));
        assert_eq!(started.load(Ordering::SeqCst), 4);
    }

    #[tokio::test]
    async fn a_caller_who_goes_away_does_not_end_it_for_the_others() {
        let flights = Arc::new(SingleFlight::<u8, u8>::default());
        let go = Arc::new(Notify::new());
        let first = {
            let (flights, go) = (Arc::clone(&flights), Arc::clone(&go));
            tokio::spawn(async move {
                let work = || async move {
                    go.notified().await;
                    Ok(7)
                };
                flights.run(1, work).await
            })
        };
        while lock(&flights.0).is_empty() {
            tokio::task::yield_now().await;
        }
        first.abort();
        assert!(first.await.unwrap_err().is_cancelled());
        let second = flights.run(1, || async { Ok(0) });
        go.notify_one();
        assert_eq!(second.await.unwrap(), 7);
    }

    #[tokio::test]
    async fn work_that_is_ended_is_an_error_and_leaves_nothing_behind() {
        let flights = SingleFlight::<u8, u8>::default();
        let asked = flights.run(1, std::future::pending);
        let end = async { flights.end() };
        let (result, ()) = tokio::join!(asked, end);
        assert!(matches!(result, Err(Error::Cache { .. })));
        assert!(lock(&flights.0).is_empty());
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_leaves_nothing_behind() {
        let flights = SingleFlight::<u8, u8>::default();
        let result = flights.run(1, || async { panic!("on purpose") }).await;
        assert!(matches!(result, Err(Error::Cache { .. })));
        assert_eq!(flights.run(1, || async { Ok(2) }).await.unwrap(), 2);
    }
}
