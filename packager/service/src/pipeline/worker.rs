//! Workers: each takes a build at a time from the queue.

use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

use packager_artifact::OwnBytes;
use packager_signing::Signature;
use packager_spec::PackageSpec;
use packager_store::{Details, PackageId, SignatureFile, Stage, Store};
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use super::Dispatcher;
use super::dispatcher::Task;
use crate::build::{BuildError, Builder};
use crate::metrics::Metrics;
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
}

/// What a worker works with.
struct Shop {
    store: Arc<Store>,
    builder: Arc<Builder>,
    clock: Arc<dyn Clock>,
    metrics: Arc<Metrics>,
    settings: WorkerSettings,
    tasks: Mutex<mpsc::UnboundedReceiver<Task>>,
    sealing: Semaphore,
    builds: TaskTracker,
    /// No more builds begin.
    stop: CancellationToken,
    /// Those under way end.
    park: CancellationToken,
}

/// The running workers.
pub(crate) struct Workers {
    running: JoinSet<()>,
    shop: Arc<Shop>,
}

impl Workers {
    /// Starts the workers, and returns the way in.
    pub(crate) fn start(
        store: Arc<Store>,
        builder: Arc<Builder>,
        clock: Arc<dyn Clock>,
        metrics: Arc<Metrics>,
        settings: WorkerSettings,
    ) -> (Self, Dispatcher) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let dispatcher = Dispatcher::new(Arc::clone(&store), Arc::clone(&clock), sender);
        let shop = Arc::new(Shop {
            store,
            builder,
            clock,
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
        (Self { running, shop }, dispatcher)
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
        end(&shop, id, Err(BuildError::Defect)).await;
    }
    if let Some(done) = done {
        // Whoever asked may have gone.
        let _ = done.send(());
    }
}

async fn run(shop: Arc<Shop>, id: PackageId, free: oneshot::Sender<()>) {
    let started = Instant::now();
    let outcome = match tokio::time::timeout(shop.settings.build_timeout, build(&shop, id, free)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(BuildError::Timeout),
    };
    let succeeded = outcome.is_ok();
    end(&shop, id, outcome).await;
    shop.metrics.build_ended(succeeded, started.elapsed());
}

/// How often a build begins anew because a shared part, or what it is made of, turned out to be lost or damaged: a package
/// has five.
const ATTEMPTS: usize = 6;

/// Builds and publishes. What was lost or damaged meanwhile is fetched or made anew.
async fn build(shop: &Arc<Shop>, id: PackageId, free: oneshot::Sender<()>) -> Result<(), BuildError> {
    let job = match shop.store.job(id) {
        // Destroyed while it was queued.
        Err(packager_store::Error::NotInProgress) => return Ok(()),
        job => job?,
    };
    let spec = PackageSpec::from_canonical_bytes(&job).map_err(|_| BuildError::Defect)?;
    drop(job);
    let mut free = Some(free);
    for _ in 1..ATTEMPTS {
        match attempt(shop, id, &spec, &mut free).await {
            Err(error) if error.is_worth_another_attempt() => {}
            outcome => return outcome,
        }
    }
    attempt(shop, id, &spec, &mut free).await
}

/// Frees the worker once the package only waits for the disk.
async fn attempt(
    shop: &Arc<Shop>,
    id: PackageId,
    spec: &PackageSpec,
    free: &mut Option<oneshot::Sender<()>>,
) -> Result<(), BuildError> {
    let progress = |stage| shop.store.set_stage(id, stage);
    let built = shop.builder.build(spec, shop.clock.now(), &progress).await?;
    progress(Stage::Sealing);
    let _place = shop.sealing.acquire().await.map_err(|_| BuildError::Defect)?;
    *free = None;
    let shop = Arc::clone(shop);
    let published = tokio::task::spawn_blocking(move || {
        let details = Details {
            signature: match (built.signature, built.detached_signature) {
                (_, Some(signature)) => SignatureFile::Beside(OwnBytes::new(signature)),
                (Signature::Present, None) => SignatureFile::Inside,
                (Signature::Absent, None) => SignatureFile::None,
            },
            versions: built.versions,
            profile: built.profile,
        };
        shop.store.publish(id, &built.artifact, details, shop.clock.now())
    });
    match published.await.map_err(|_| BuildError::Defect)? {
        // Destroyed while it was being built: nothing of it stays.
        Ok(()) | Err(packager_store::Error::NotInProgress) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Records a failure.
async fn end(shop: &Arc<Shop>, id: PackageId, outcome: Result<(), BuildError>) {
    let Err(error) = outcome else { return };
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
