//! Takes requests, joins equal ones, and hands new ones to the workers.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use packager_spec::{PackageSpec, Submission};
use packager_store::{Error, Outcome, PackageId, Retry};
use tokio::sync::oneshot;

use super::order::Order;
use super::orders::{Orders, Task};
use crate::build::Builder;

/// How long an answer waits for its build. One that ends this soon is durable as a finished package, and its job need
/// not be written at all; a longer one has its job on the disk before the client is told the id.
const HEAD_START: Duration = Duration::from_millis(20);

/// Why a request was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// So many packages of this kind were made that there is no place for one more.
    #[error("there is no place for another package to be notarized")]
    Limited {
        /// When there is one again.
        until: Timestamp,
        /// The time now.
        now: Timestamp,
    },
    /// The store has no room, or failed.
    #[error(transparent)]
    Store(Error),
    /// The service is stopping, or a part of it has stopped.
    #[error("the service is stopping")]
    Stopping,
}

/// Takes requests.
pub struct Dispatcher {
    orders: Arc<Orders>,
    builder: Arc<Builder>,
}

impl Dispatcher {
    pub(super) const fn new(orders: Arc<Orders>, builder: Arc<Builder>) -> Self {
        Self { orders, builder }
    }

    /// The package that answers the request: one that is there already, or a new one, queued. On return the promise
    /// survives a crash.
    ///
    /// # Errors
    /// [`SubmitError::Limited`], and what
    /// [`packager_store::Store::reserve`] fails with.
    pub async fn submit(&self, submission: Submission) -> Result<PackageId, SubmitError> {
        let Submission { spec, retry } = submission;
        let retry = if retry { Retry::Yes } else { Retry::No };
        self.order_everybodys(&spec, retry).await?;
        let order = Order::Package(spec);
        let taken = self
            .orders
            .reserve(&order, retry)
            .map_err(|error| self.refusal(error))?;
        if taken.outcome == Outcome::Created {
            let (done, ended) = oneshot::channel();
            let task = Task {
                id: taken.id,
                done: Some(done),
            };
            self.orders.queue(task).map_err(|_| SubmitError::Stopping)?;
            // Either way is fine: the build goes on by itself.
            let _ = tokio::time::timeout(HEAD_START, ended).await;
        }
        let made = self.orders.make_durable(&taken).await;
        made.map_err(|error| self.refusal(error))?;
        Ok(taken.id)
    }

    /// Orders the package of everybody that this one is to be, if it is not there: so that who cannot have it is told at
    /// once. What else may go wrong the build will say.
    async fn order_everybodys(&self, spec: &PackageSpec, retry: Retry) -> Result<(), SubmitError> {
        let Some(spec) = self.orders.for_everybody(spec) else {
            return Ok(());
        };
        if !matches!(self.builder.everybodys_release(&spec), Ok(None)) {
            return Ok(());
        }
        let Ok(release) = self.builder.release_of(&spec, self.orders.clock.now()) else {
            return Ok(());
        };
        let order = Order::ForEverybody { spec, release };
        match self.orders.take(&order, retry).await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.refusal(error)),
        }
    }

    fn refusal(&self, error: Error) -> SubmitError {
        match error {
            Error::Limited(until) => SubmitError::Limited {
                until,
                now: self.orders.clock.now(),
            },
            error => SubmitError::Store(error),
        }
    }

    /// Queues the builds that an earlier process did not finish.
    pub(crate) fn resume(&self) {
        for id in self.orders.store.unfinished() {
            // The workers cannot be gone: nothing has been stopped yet.
            let _ = self.orders.queue(Task { id, done: None });
        }
    }
}
