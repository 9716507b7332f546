//! Asks the update repository for its newest metadata, again and again.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use packager_targets::Repository;

use super::janitor::signed;
use super::preparer::News;
use crate::metrics::Metrics;
use packager_clock::Clock;

/// Whether the last refresh succeeded.
#[derive(Debug, Default)]
pub(crate) struct Freshness(AtomicBool);

impl Freshness {
    /// Whether the update repository answered, the last time it was asked, with what could be verified.
    pub(crate) fn is_fresh(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Runs until the program ends.
pub(crate) async fn refresh_metadata(
    repository: Arc<Repository>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    freshness: Arc<Freshness>,
    news: News,
    every: Duration,
) {
    loop {
        let now = clock.now();
        match repository.refresh(now).await {
            Ok(metadata) => {
                freshness.0.store(true, Ordering::Relaxed);
                metrics.metadata_refreshed(metadata.expires());
                tracing::debug!(expires = %metadata.expires(), "the update repository's metadata is current");
            }
            Err(error) => {
                freshness.0.store(false, Ordering::Relaxed);
                metrics.metadata_refresh_failed();
                tracing::warn!(
                    error = &error as &dyn Error,
                    "the update repository's metadata could not be refreshed; builds go on from what was verified last"
                );
            }
        }
        // Also what an earlier process verified, and what was told before: it may not have been made ready.
        if let Ok(metadata) = repository.current(now) {
            news.send_replace(Some(metadata));
        }
        let next = now.checked_add(signed(every)).unwrap_or(Timestamp::MAX);
        clock.sleep_until(next).await;
    }
}
