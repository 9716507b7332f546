//! Keeps everybody's packages in stock: notarized before anybody asks.

use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use packager_artifact::Sha256Digest;
use packager_spec::{PackageSpec, Submission};
use packager_store::Retry;
use packager_targets::TrustedMetadata;

use super::order::Order;
use super::orders::Orders;
use crate::build::Builder;

/// What most people ask for.
const FROM_THE_START: [&str; 2] = [
    r#"{"type": "pkg", "use-system-configuration": true}"#,
    r#"{"type": "pkg", "use-system-configuration": true, "fleet-desktop": true}"#,
];
/// Most sets of options: each is a submission to Apple with each release.
const MOST: usize = 16;

/// The sets of options that are to be in stock.
#[derive(Debug)]
pub(super) struct Wanted(Mutex<Vec<PackageSpec>>);

impl Wanted {
    /// Those that most people ask for.
    pub(super) fn from_the_start() -> Self {
        let parsed = FROM_THE_START.iter().filter_map(|request| {
            let submission = Submission::parse(request.as_bytes()).ok()?;
            submission.spec.for_everybody()
        });
        Self(Mutex::new(parsed.collect()))
    }

    /// Notes what has been asked for.
    pub(super) fn note(&self, spec: &PackageSpec) {
        let mut wanted = lock(&self.0);
        if wanted.len() < MOST && !wanted.contains(spec) {
            wanted.push(spec.clone());
        }
    }

    fn all(&self) -> Vec<PackageSpec> {
        lock(&self.0).clone()
    }
}

/// Refills the stock with each release.
pub(crate) struct Stock {
    builder: Arc<Builder>,
    orders: Arc<Orders>,
}

impl Stock {
    pub(super) const fn new(builder: Arc<Builder>, orders: Arc<Orders>) -> Self {
        Self { builder, orders }
    }

    /// Orders what is not there, or is of another release than `metadata` has. The one that is there is handed out until
    /// then.
    pub(super) async fn refill(&self, metadata: &TrustedMetadata) {
        let Some(wanted) = &self.orders.wanted else { return };
        for spec in wanted.all() {
            // Not every channel has a release for macOS.
            if let Ok(release) = Builder::release_in(metadata, &spec) {
                refill(&self.builder, &self.orders, spec, release).await;
            }
        }
    }
}

/// Orders everybody's package with these options if there is none, or one of another release. Once for each release: what
/// Apple rejects is not submitted again because somebody asks for it.
pub(super) async fn refill(builder: &Builder, orders: &Arc<Orders>, spec: PackageSpec, release: Sha256Digest) {
    if matches!(builder.everybodys_release(&spec), Ok(Some(there)) if there == release) {
        return;
    }
    let order = Order::ForEverybody { spec, release };
    let name = Sha256Digest::of(&order.to_job());
    if lock(&orders.refilled).contains(&name) {
        return;
    }
    match orders.take(&order, Retry::No).await {
        Ok(_) => drop(lock(&orders.refilled).insert(name)),
        Err(error) => tracing::warn!(
            error = &error as &dyn Error,
            "a package for everybody could not be ordered; it is tried again later"
        ),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
