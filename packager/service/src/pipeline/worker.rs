//! Workers: each takes a build at a time from the queue.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use packager_store::{PackageId, Store};
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::Dispatcher;
use super::fulfil::{Fulfilment, Outcome};
use super::orders::{Orders, Task};
use super::stock::{Stock, Wanted};
use crate::build::{BuildError, Builder};
use crate::metrics::Metrics;
use crate::notarization::Notarization;
use packager_clock::Clock;

/// Finished packages that wait for the disk at a time, beside the workers: each holds its own bytes and a thread. Those who
/// wait together share a wait of the disk.
const SEALING: usize = 32;

/// What the workers are to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkerSettings {
    /// How many builds run side by side.
    pub(crate) count: usize,
    /// The longest that a build may take.
    pub(crate) build_timeout: Duration,
    /// Whether packages that are everybody's are notarized before somebody asks.
    pub(crate) keep_stock: bool,
}

/// What a worker works with.
pub(super) struct Shop {
    pub(super) store: Arc<Store>,
    pub(super) builder: Arc<Builder>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) notarization: Option<Notarization>,
    pub(super) orders: Arc<Orders>,
    pub(super) settings: WorkerSettings,
    pub(super) sealing: Semaphore,
    metrics: Arc<Metrics>,
    tasks: Mutex<mpsc::UnboundedReceiver<Task>>,
    builds: TaskTracker,
    /// No more builds begin, and what waits for others is left to the next process.
    pub(super) stop: CancellationToken,
    /// Those under way end.
    park: CancellationToken,
}

/// The running workers.
pub(crate) struct Workers {
    running: JoinSet<()>,
    shop: Arc<Shop>,
}

impl Workers {
    /// Starts the workers, and returns the ways in.
    pub(crate) fn start(
        store: Arc<Store>,
        builder: Arc<Builder>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        notarization: Option<Notarization>,
        settings: WorkerSettings,
    ) -> (Self, Dispatcher, Stock) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let orders = Arc::new(Orders {
            store: Arc::clone(&store),
            clock: Arc::clone(&clock),
            tasks: sender,
            places: notarization
                .as_ref()
                .map(|notarization| Arc::clone(&notarization.places)),
            wanted: (settings.keep_stock && notarization.is_some()).then(Wanted::from_the_start),
            refilled: std::sync::Mutex::default(),
            ended: watch::Sender::new(()),
        });
        let dispatcher = Dispatcher::new(Arc::clone(&orders), Arc::clone(&builder));
        let stock = Stock::new(Arc::clone(&builder), Arc::clone(&orders));
        let shop = Arc::new(Shop {
            store,
            builder,
            clock,
            notarization,
            orders,
            metrics,
            settings,
            tasks: Mutex::new(receiver),
            sealing: Semaphore::new(SEALING),
            builds: TaskTracker::new(),
            stop: CancellationToken::new(),
            park: CancellationToken::new(),
        });
        let mut running = JoinSet::new();
        for _ in 0..settings.count.max(1) {
            running.spawn(work(Arc::clone(&shop)));
        }
        (Self { running, shop }, dispatcher, stock)
    }

    /// Lets builds that are under way end, for at most `grace`. What is queued, or does not end in time, is taken up by
    /// the next process.
    pub(crate) async fn stop(mut self, grace: Duration) {
        let Self { running, shop } = &mut self;
        shop.stop.cancel();
        let ended = async {
            while running.join_next().await.is_some() {}
            shop.builds.close();
            shop.builds.wait().await;
        };
        if tokio::time::timeout(grace, ended).await.is_err() {
            shop.park.cancel();
            running.shutdown().await;
            shop.builds.close();
            shop.builds.wait().await;
            tracing::warn!("builds under way did not end in time; the next start takes them up");
        }
    }
}

async fn work(shop: Arc<Shop>) {
    loop {
        let next = async { shop.tasks.lock().await.recv().await };
        let task = tokio::select! {
            biased;
            () = shop.stop.cancelled() => return,
            task = next => task,
        };
        let Some(task) = task else { return };
        // The worker is free for the next build as soon as this one only waits for the disk.
        let (free, freed) = oneshot::channel();
        shop.builds.spawn(carry_out(Arc::clone(&shop), task, free));
        let _ = freed.await;
    }
}

/// One build, to its end or until builds are to be parked.
async fn carry_out(shop: Arc<Shop>, Task { id, done }: Task, free: oneshot::Sender<()>) {
    // In a task of its own, so that a defect in it can be recorded.
    let build = AbortOnDropHandle::new(tokio::spawn(run(Arc::clone(&shop), id, free)));
    let outcome = tokio::select! {
        biased;
        () = shop.park.cancelled() => return,
        outcome = build => outcome,
    };
    if let Err(defect) = outcome {
        tracing::error!(package = %id.short(), %defect, "a build panicked");
        end(&shop, id, BuildError::Defect).await;
    }
    shop.orders.ended.send_replace(());
    if let Some(done) = done {
        // Whoever asked may have gone.
        let _ = done.send(());
    }
}

async fn run(shop: Arc<Shop>, id: PackageId, free: oneshot::Sender<()>) {
    let started = Instant::now();
    match Fulfilment::new(&shop, id, free).run().await {
        Ok(Outcome::Finished) => shop.metrics.build_ended(true, started.elapsed()),
        Ok(Outcome::Left) => {}
        Err(error) => {
            end(&shop, id, error).await;
            shop.metrics.build_ended(false, started.elapsed());
        }
    }
}

/// Records a failure.
async fn end(shop: &Arc<Shop>, id: PackageId, error: BuildError) {
    tracing::warn!(package = %id.short(), error = &error as &dyn Error, "a build failed");
    let shop = Arc::clone(shop);
    let logs = error.to_string();
    let recorded = tokio::task::spawn_blocking(move || shop.store.fail(id, &logs, shop.clock.now())).await;
    match recorded {
        Ok(Ok(()) | Err(packager_store::Error::NotInProgress)) => {}
        Ok(Err(error)) => {
            tracing::error!(package = %id.short(), error = &error as &dyn Error, "a failure could not be recorded");
        }
        Err(defect) => tracing::error!(package = %id.short(), %defect, "recording a failure panicked"),
    }
}
