//! Makes ready what packages of a new release share, before requests meet it, and has the packages notarized that are
//! everybody's.

use std::error::Error;
use std::sync::Arc;
use std::time::Instant;

use packager_targets::TrustedMetadata;
use tokio::sync::watch;

use super::stock::Stock;
use crate::build::Builder;
use crate::metrics::Metrics;

/// Where the newest metadata is told.
pub(crate) type News = watch::Sender<Option<Arc<TrustedMetadata>>>;

/// Runs until nobody tells any news any more. One release at a time; what fails is tried again with the next news,
/// which come with every refresh.
pub(crate) async fn prepare_releases(
    builder: Arc<Builder>,
    metrics: Arc<Metrics>,
    stock: Stock,
    mut news: watch::Receiver<Option<Arc<TrustedMetadata>>>,
) {
    let mut ready: Option<Arc<TrustedMetadata>> = None;
    while news.changed().await.is_ok() {
        let Some(metadata) = news.borrow_and_update().clone() else {
            continue;
        };
        let is_ready = ready.as_ref().is_some_and(|ready| Arc::ptr_eq(ready, &metadata));
        // Parts that were lost or damaged meanwhile are made again too, so that packages that refer to them are served.
        if is_ready && !builder.lacks_parts() {
            stock.refill(&metadata).await;
            continue;
        }
        let started = Instant::now();
        let prepared = builder.prepare(&metadata).await;
        metrics.prepared(prepared.is_ok());
        match prepared {
            Ok(()) => {
                tracing::debug!(
                    seconds = started.elapsed().as_secs_f64(),
                    "packages are made from the newest metadata"
                );
                stock.refill(&metadata).await;
                ready = Some(metadata);
            }
            Err(error) => tracing::warn!(
                error = &error as &dyn Error,
                "a release could not be made ready; it is tried again with the next refresh"
            ),
        }
    }
}
