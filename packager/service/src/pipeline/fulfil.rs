//! One order, from its job to a finished package.

use std::sync::Arc;
use std::time::{Duration, Instant};

use packager_artifact::OwnBytes;
use packager_signing::Signature;
use packager_store::{Details, PackageId, SignatureFile, Stage};
use tokio::sync::oneshot;

use super::order::Order;
use super::worker::Shop;
use crate::build::{BuildError, Built};
use crate::notarization::Kept;

/// How often a build begins anew because a shared part, or what it is made of, turned out to be lost or damaged: a package
/// has five.
const ATTEMPTS: usize = 6;

/// What became of an order that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There is a package, or nobody wants it any more.
    Finished,
    /// The next process goes on with it.
    Left,
}

/// An order under way.
pub(super) struct Fulfilment<'a> {
    pub(super) shop: &'a Arc<Shop>,
    pub(super) id: PackageId,
    /// The worker, until it is free for the next order.
    free: Option<oneshot::Sender<()>>,
    /// What is left of the time for a build. Waiting for Apple takes none of it.
    left: Duration,
    /// Whether Apple has heard of the package.
    pub(super) was_submitted: bool,
}

impl<'a> Fulfilment<'a> {
    pub(super) fn new(shop: &'a Arc<Shop>, id: PackageId, free: oneshot::Sender<()>) -> Self {
        Self {
            shop,
            id,
            free: Some(free),
            left: shop.settings.build_timeout,
            was_submitted: false,
        }
    }

    /// Builds and publishes. What was lost or damaged meanwhile is fetched or made anew.
    pub(super) async fn run(mut self) -> Result<Outcome, BuildError> {
        let job = match self.shop.store.job(self.id) {
            // Destroyed while it was queued.
            Err(packager_store::Error::NotInProgress) => return Ok(Outcome::Finished),
            job => job?,
        };
        let order = Order::from_job(&job).ok_or(BuildError::Defect)?;
        drop(job);
        let mut outcome = self.attempt(&order).await;
        for _ in 1..ATTEMPTS {
            match outcome {
                Err(error) if error.is_worth_another_attempt() => {
                    tracing::info!(error = &error as &dyn std::error::Error, "a build begins anew");
                    outcome = self.attempt(&order).await;
                }
                _ => break,
            }
        }
        if outcome.is_err() && !self.was_submitted && self.shop.orders.is_submitted(&order) {
            self.shop.orders.give_back().await;
        }
        outcome
    }

    async fn attempt(&mut self, order: &Order) -> Result<Outcome, BuildError> {
        let built = match order {
            Order::Package(spec) if self.shop.orders.for_everybody(spec).is_some() => {
                match self.everybodys(spec).await? {
                    Some(built) => built,
                    None => return Ok(Outcome::Left),
                }
            }
            _ => match self.build(order).await? {
                Some(built) => built,
                None => return Ok(Outcome::Left),
            },
        };
        self.publish(built).await?;
        Ok(Outcome::Finished)
    }

    /// The package of its own that an order leads to; `None` if the next process is to go on.
    async fn build(&mut self, order: &Order) -> Result<Option<Built>, BuildError> {
        let shop = self.shop;
        let spec = order.spec();
        let notarization = shop.notarization.as_ref().filter(|_| shop.orders.is_submitted(order));
        let kept = Kept::from_bytes(&shop.store.work(self.id).unwrap_or_default());
        let (built, begun) = match kept {
            Some(mut kept) if notarization.is_some() => {
                let begun = kept.submission.take();
                (self.resume(kept, order).await?, begun)
            }
            _ => {
                let id = self.id;
                let progress = |stage| shop.store.set_stage(id, stage);
                let build = shop.builder.build(spec, shop.clock.now(), &progress);
                (self.in_time(build).await?, None)
            }
        };
        let Some(notarization) = notarization else {
            return Ok(Some(built));
        };
        self.let_go();
        let Some(stapled) = self.notarize(notarization, built, begun).await? else {
            return Ok(None);
        };
        let Order::ForEverybody { spec, .. } = order else {
            return Ok(Some(stapled));
        };
        shop.builder.keep_for_everybody(spec.clone(), stapled).await?;
        // What is published is what everybody gets.
        shop.builder.everybodys(spec).await?.map(Some).ok_or(BuildError::Defect)
    }

    /// A package that was signed before. If a part of it is lost it is of no use any more, and another one is made.
    async fn resume(&mut self, kept: Kept, order: &Order) -> Result<Built, BuildError> {
        let resumed = self.shop.builder.resume(kept, order.spec());
        let resumed = self.in_time(resumed).await;
        if let Err(error) = &resumed
            && error.is_worth_another_attempt()
        {
            self.keep(&[]).await?;
        }
        resumed
    }

    /// Does something that counts as building.
    async fn in_time<T>(&mut self, work: impl Future<Output = Result<T, BuildError>>) -> Result<T, BuildError> {
        let began = Instant::now();
        let outcome = tokio::time::timeout(self.left, work).await;
        self.left = self.left.saturating_sub(began.elapsed());
        outcome.unwrap_or(Err(BuildError::Timeout))
    }

    /// The worker is free for the next order.
    pub(super) fn let_go(&mut self) {
        self.free = None;
    }

    /// Keeps what the build has come to.
    pub(super) async fn keep(&self, work: &[u8]) -> Result<(), packager_store::Error> {
        keep(self.shop, self.id, work).await
    }

    /// Frees the worker, for the package only waits for the disk.
    async fn publish(&mut self, built: Built) -> Result<(), BuildError> {
        let (shop, id) = (Arc::clone(self.shop), self.id);
        shop.store.set_stage(id, Stage::Sealing);
        let place = self.in_time(async { shop.sealing.acquire().await.map_err(|_| BuildError::Defect) });
        let _place = place.await?;
        self.let_go();
        let details = Details {
            signature: match (built.signature, built.detached_signature) {
                (_, Some(signature)) => SignatureFile::Beside(OwnBytes::new(signature)),
                (Signature::Present, None) => SignatureFile::Inside,
                (Signature::Absent, None) => SignatureFile::None,
            },
            versions: built.versions,
            profile: built.profile,
        };
        let artifact = built.artifact;
        let worker = Arc::clone(&shop);
        let published =
            tokio::task::spawn_blocking(move || worker.store.publish(id, &artifact, details, worker.clock.now()));
        let published = self.in_time(async { published.await.map_err(|_| BuildError::Defect) });
        match published.await? {
            // Destroyed while it was being built: nothing of it stays.
            Ok(()) | Err(packager_store::Error::NotInProgress) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// Keeps what a build has come to.
pub(super) async fn keep(shop: &Arc<Shop>, id: PackageId, work: &[u8]) -> Result<(), packager_store::Error> {
    let shop = Arc::clone(shop);
    let work = zeroize::Zeroizing::new(work.to_vec());
    let kept = tokio::task::spawn_blocking(move || shop.store.keep_work(id, &work));
    kept.await.unwrap_or(Err(packager_store::Error::Unusable))
}
