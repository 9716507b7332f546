//! Destroys what has expired, and shared parts that nothing refers to.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use packager_store::{Expiry, Store};

use crate::clock::Clock;

/// The longest time between two looks: a package that is published meanwhile lives at least as long as the shortest
/// expiry allows, and reads as expired to the second whether or not it has been destroyed yet.
const LOOK: SignedDuration = SignedDuration::from_secs(1);
/// How often shared parts are looked through. A part that nobody asked for between two looks is not kept.
const COLLECT: SignedDuration = SignedDuration::from_hours(24);

/// Runs until the program ends.
pub(crate) async fn expire_packages(store: Arc<Store>, clock: Arc<dyn Clock>) {
    let mut collect_at = later(clock.now(), COLLECT);
    loop {
        let now = clock.now();
        clock.sleep_until(later(now, LOOK)).await;
        let now = clock.now();
        let collect = now >= collect_at;
        if collect {
            collect_at = later(now, COLLECT);
        }
        let store = Arc::clone(&store);
        let swept = tokio::task::spawn_blocking(move || sweep(&store, now, collect)).await;
        if let Err(defect) = swept {
            tracing::error!(%defect, "expiring packages panicked");
        }
    }
}

fn sweep(store: &Store, now: Timestamp, collect: bool) {
    match store.expire_due(now) {
        Ok(Expiry {
            expired: 0,
            forgotten: 0,
        }) => {}
        Ok(Expiry { expired, forgotten }) => tracing::info!(expired, forgotten, "destroyed what had expired"),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "could not destroy what has expired"
            );
        }
    }
    if collect {
        match store.shared().collect_garbage(&[]) {
            Ok(collected) => tracing::info!(collected.parts, collected.bytes, "removed unused shared parts"),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "could not remove unused shared parts"
                );
            }
        }
    }
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A duration of settings as one to reckon with.
pub(crate) fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
