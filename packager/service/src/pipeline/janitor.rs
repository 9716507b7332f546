//! Destroys what has expired, and shared parts that nothing refers to.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use packager_store::{Expiry, Store};

use packager_clock::Clock;

/// The longest time between two looks: a package that is published meanwhile lives at least as long as the shortest
/// expiry allows, and reads as expired to the second whether or not it has been destroyed yet.
const LOOK: SignedDuration = SignedDuration::from_secs(1);
/// How often shared parts are looked through. A part that nobody asked for between two looks is not kept.
const COLLECT: SignedDuration = SignedDuration::from_hours(24);

/// Runs until the program ends.
pub(crate) async fn expire_packages(store: Arc<Store>, clock: Arc<dyn Clock>) {
    let mut collect_at = later(clock.now(), COLLECT);
    // At the start, and then each time that parts are looked through: disks forget in silence.
    let mut verify = true;
    loop {
        let now = clock.now();
        let collect = now >= collect_at;
        verify |= collect;
        if collect {
            collect_at = later(now, COLLECT);
        }
        let store = Arc::clone(&store);
        let swept = tokio::task::spawn_blocking(move || sweep(&store, now, verify, collect)).await;
        if let Err(defect) = swept {
            tracing::error!(%defect, "expiring packages panicked");
        }
        verify = false;
        clock.sleep_until(later(now, LOOK)).await;
    }
}

fn sweep(store: &Store, now: Timestamp, verify: bool, collect: bool) {
    if let Err(error) = store.mend(now) {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the storage still does not work"
        );
    }
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
    if verify {
        verify_parts(store);
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

/// Reads all shared parts, so that damage is noticed before somebody needs them.
fn verify_parts(store: &Store) {
    match store.shared().verify_all() {
        Ok(0) => tracing::debug!("all shared parts are whole"),
        Ok(damaged) => tracing::error!(damaged, "shared parts were damaged; they are made anew"),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "could not read all shared parts"
            );
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
