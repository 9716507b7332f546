//! The way of an order into the queue, and news of its end.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use packager_artifact::Sha256Digest;
use packager_spec::{PackageSpec, PackageType};
use packager_store::{Error, Outcome, PackageId, Record, Retry, Store};
use tokio::sync::{mpsc, oneshot, watch};

use super::order::Order;
use super::stock::Wanted;
use crate::notarization::Places;
use packager_clock::Clock;

/// A build that is to be done.
pub(super) struct Task {
    pub(super) id: PackageId,
    /// Told when the build has ended, whichever way.
    pub(super) done: Option<oneshot::Sender<()>>,
}

/// Takes orders.
pub(super) struct Orders {
    pub(super) store: Arc<Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tasks: mpsc::UnboundedSender<Task>,
    /// Where packages are notarized: places among those of a day.
    pub(super) places: Option<Arc<Places>>,
    /// The packages that are to be in stock; `None` if none are.
    pub(super) wanted: Option<Wanted>,
    /// Everybody's packages that were ordered because of a release.
    pub(super) refilled: Mutex<HashSet<Sha256Digest>>,
    /// Told whenever a build has ended.
    pub(super) ended: watch::Sender<()>,
}

/// An order that was taken.
pub(super) struct Taken {
    pub(super) id: PackageId,
    pub(super) outcome: Outcome,
    /// Whether a place among the submissions of a day was taken.
    pub(super) has_place: bool,
}

impl Orders {
    /// The package that answers an order: one that is there already, or a new one, which is [to be queued](Self::queue).
    ///
    /// # Errors
    /// Those of [`Store::reserve`], and [`Error::Limited`].
    pub(super) fn reserve(&self, order: &Order, retry: Retry) -> Result<Taken, Error> {
        let job = order.to_job();
        let asked = self.store.fingerprint(&job);
        let now = self.clock.now();
        let mut has_place = false;
        let admit = || match &self.places {
            Some(places) if self.is_submitted(order) => {
                places.take(now).map_err(Error::Limited)?;
                has_place = true;
                Ok(())
            }
            _ => Ok(()),
        };
        let submitted = self.store.reserve(asked, &job, retry, now, admit)?;
        Ok(Taken {
            id: submitted.id,
            outcome: submitted.outcome,
            has_place,
        })
    }

    /// Whether the package itself is submitted to Apple.
    pub(super) fn is_submitted(&self, order: &Order) -> bool {
        let is_notarized = self.places.is_some() && order.spec().package_type == PackageType::Pkg;
        is_notarized
            && match order {
                Order::ForEverybody { .. } => true,
                Order::Package(spec) => spec.for_everybody().is_none(),
            }
    }

    /// The options of the package that is notarized in the place of this one: of everybody's.
    pub(super) fn for_everybody(&self, spec: &PackageSpec) -> Option<PackageSpec> {
        self.places.as_ref().and_then(|_| spec.for_everybody())
    }

    /// Hands a new package to the workers.
    ///
    /// # Errors
    /// The task, if there are no workers any more.
    pub(super) fn queue(&self, task: Task) -> Result<(), Task> {
        self.tasks.send(task).map_err(|mpsc::error::SendError(task)| task)
    }

    /// On return the promise survives a crash.
    ///
    /// # Errors
    /// Those of [`Store::make_durable`].
    pub(super) async fn make_durable(self: &Arc<Self>, taken: &Taken) -> Result<(), Error> {
        let (orders, id, has_place) = (Arc::clone(self), taken.id, taken.has_place);
        let written = tokio::task::spawn_blocking(move || {
            if let Some(places) = orders.places.as_ref().filter(|_| has_place) {
                places.write();
            }
            orders.store.make_durable(id)
        });
        written.await.unwrap_or(Err(Error::Unusable))
    }

    /// Takes an order of the service's own, and queues it if it is new.
    ///
    /// # Errors
    /// Those of [`Self::reserve`] and [`Self::make_durable`].
    pub(super) async fn take(self: &Arc<Self>, order: &Order, retry: Retry) -> Result<PackageId, Error> {
        let taken = self.reserve(order, retry)?;
        if taken.outcome == Outcome::Created {
            let task = Task {
                id: taken.id,
                done: None,
            };
            self.queue(task).map_err(|_| Error::Unusable)?;
        }
        self.make_durable(&taken).await?;
        Ok(taken.id)
    }

    /// Waits until a package is not in progress any more, and gives back what became of it; `None` if it is forgotten.
    ///
    /// # Errors
    /// Those of [`Store::view`].
    pub(super) async fn end_of(&self, id: PackageId) -> Result<Option<Record>, Error> {
        let mut ended = self.ended.subscribe();
        loop {
            match self.store.view(id, self.clock.now())? {
                Some(Record::InProgress(_)) => {}
                record => return Ok(record),
            }
            // The sender lives in self.
            let _ = ended.changed().await;
        }
    }

    /// Nobody used the place that was taken for an order.
    pub(super) async fn give_back(self: &Arc<Self>) {
        let Some(places) = self.places.clone() else { return };
        places.give_back();
        let _ = tokio::task::spawn_blocking(move || places.write()).await;
    }
}
