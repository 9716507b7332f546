//! Reads the pair anew when its files have changed, and when somebody asks.

use std::error::Error;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use packager_clock::Clock;
use tokio::sync::Notify;

use super::{Current, Look, Sources};
use crate::metrics::Metrics;

/// How often the files are looked at. Certificates are renewed weeks before they expire.
const LOOK_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// A way to have the pair read anew at once.
#[derive(Debug, Clone, Default)]
pub struct Renewal(Option<Arc<Notify>>);

impl Renewal {
    /// The way to [`renew_certificate`].
    pub(crate) fn new() -> Self {
        Self(Some(Arc::new(Notify::new())))
    }

    /// Has certificate and key read anew, whether or not their files look as if they had changed. Returns at once; the log
    /// says what came of it.
    pub fn renew(&self) {
        if let Some(asked) = &self.0 {
            asked.notify_one();
        } else {
            tracing::info!("asked to read the TLS certificate anew, and none is set");
        }
    }

    async fn asked(&self) {
        if let Some(asked) = &self.0 {
            asked.notified().await;
        } else {
            std::future::pending::<()>().await;
        }
    }
}

/// Runs until the program ends. `seen` is how the files looked before the pair in force was read from them.
pub(crate) async fn renew_certificate(
    sources: Sources,
    mut seen: Look,
    current: Current,
    renewal: Renewal,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
) {
    let sources = Arc::new(sources);
    loop {
        let next = clock.now().checked_add(LOOK_EVERY).unwrap_or(Timestamp::MAX);
        let is_asked = tokio::select! {
            () = clock.sleep_until(next) => false,
            () = renewal.asked() => true,
        };
        let (reader, now) = (Arc::clone(&sources), clock.now());
        let read = tokio::task::spawn_blocking(move || {
            let look = reader.look();
            let pair = (is_asked || look != seen).then(|| reader.load(now));
            (look, pair)
        });
        let pair;
        (seen, pair) = match read.await {
            Ok(read) => read,
            Err(defect) => {
                tracing::error!(%defect, "reading the TLS certificate panicked; the one before goes on");
                (Look::default(), None)
            }
        };
        match pair {
            None => {}
            Some(Ok(pair)) => {
                current.replace(&pair);
                metrics.certificate_loaded(pair.expires);
                metrics.certificate_reloaded(true);
                for warning in &pair.warnings {
                    tracing::warn!("{warning}");
                }
                tracing::info!(expires = %pair.expires, "new connections get the TLS certificate that was read anew");
            }
            Some(Err(error)) => {
                metrics.certificate_reloaded(false);
                tracing::error!(
                    error = &error as &dyn Error,
                    "the TLS certificate could not be read anew; the one before goes on"
                );
            }
        }
    }
}
