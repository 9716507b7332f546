//! Takes requests, joins equal ones, and hands new ones to the workers.

use std::sync::Arc;
use std::time::Duration;

use packager_spec::{PackageSpec, PackageType, Submission};
use packager_store::{Outcome, PackageId, Retry, Store};
use tokio::sync::{mpsc, oneshot};

use crate::build::format_of;
use packager_clock::Clock;

/// A build that is to be done.
pub(super) struct Task {
    pub(super) id: PackageId,
    /// Told when the build has ended, whichever way.
    pub(super) done: Option<oneshot::Sender<()>>,
}

/// How long an answer waits for its build. One that ends this soon is durable as a finished package, and its job need
/// not be written at all; a longer one has its job on the disk before the client is told the id.
const HEAD_START: Duration = Duration::from_millis(20);

/// Why a request was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The type is known, and not built yet.
    #[error("packages of type {0} are not built yet")]
    NotBuilt(PackageType),
    /// The store has no room, or failed.
    #[error(transparent)]
    Store(#[from] packager_store::Error),
    /// The service is stopping, or a part of it has stopped.
    #[error("the service is stopping")]
    Stopping,
}

/// Takes requests.
pub struct Dispatcher {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    tasks: mpsc::UnboundedSender<Task>,
}

impl Dispatcher {
    pub(super) const fn new(store: Arc<Store>, clock: Arc<dyn Clock>, tasks: mpsc::UnboundedSender<Task>) -> Self {
        Self { store, clock, tasks }
    }

    /// The package that answers the request: one that is there already, or a new one, queued. On return the promise
    /// survives a crash.
    ///
    /// # Errors
    /// [`SubmitError::NotBuilt`] for a type without a format, and what [`Store::reserve`] fails with.
    pub async fn submit(&self, submission: Submission) -> Result<PackageId, SubmitError> {
        let Submission { spec, retry } = submission;
        if format_of(spec.package_type).is_none() {
            return Err(SubmitError::NotBuilt(spec.package_type));
        }
        let retry = if retry { Retry::Yes } else { Retry::No };
        let submitted = self.reserve(&spec, retry)?;
        if submitted.1 == Outcome::Created {
            let (done, ended) = oneshot::channel();
            let task = Task {
                id: submitted.0,
                done: Some(done),
            };
            self.tasks.send(task).map_err(|_| SubmitError::Stopping)?;
            // Either way is fine: the build goes on by itself.
            let _ = tokio::time::timeout(HEAD_START, ended).await;
        }
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || store.make_durable(submitted.0))
            .await
            .map_err(|_| SubmitError::Stopping)??;
        Ok(submitted.0)
    }

    fn reserve(&self, spec: &PackageSpec, retry: Retry) -> Result<(PackageId, Outcome), SubmitError> {
        let canonical = spec.canonical_bytes();
        let fingerprint = self.store.fingerprint(&canonical);
        let submitted = self
            .store
            .reserve(fingerprint, &canonical, retry, self.clock.now(), || Ok(()))?;
        Ok((submitted.id, submitted.outcome))
    }

    /// Queues the builds that an earlier process did not finish.
    pub(crate) fn resume(&self) {
        for id in self.store.unfinished() {
            // The workers cannot be gone: nothing has been stopped yet.
            let _ = self.tasks.send(Task { id, done: None });
        }
    }
}
