//! What is made ready before anybody asks.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use packager_fleetd::Component;
use packager_formats::Format;
use packager_targets::TrustedMetadata;

/// Most components that are kept ready. Channels are a client's to name, so there may be no end to them.
const MOST: usize = 64;

/// Which components are to be ready, and for which metadata they are.
pub(super) struct Ahead {
    wanted: Mutex<HashSet<(Format, Component)>>,
    learns: bool,
    ready: Mutex<Option<Arc<TrustedMetadata>>>,
}

impl Ahead {
    /// `wanted` from the start, and what is [noted](Self::note) unless that is nothing.
    pub(super) fn new(wanted: impl IntoIterator<Item = (Format, Component)>) -> Self {
        let wanted: HashSet<_> = wanted.into_iter().collect();
        Self {
            learns: !wanted.is_empty(),
            wanted: Mutex::new(wanted),
            ready: Mutex::default(),
        }
    }

    /// Notes what has been asked for, so that it is ready when there is a new release.
    pub(super) fn note(&self, format: Format, components: &[Component]) {
        if !self.learns {
            return;
        }
        let mut wanted = lock(&self.wanted);
        for component in components {
            let key = (format, component.clone());
            if wanted.len() < MOST {
                wanted.insert(key);
            }
        }
    }

    /// What is to be made ready.
    pub(super) fn wanted(&self) -> Vec<(Format, Component)> {
        lock(&self.wanted).iter().cloned().collect()
    }

    /// Everything wanted is there for this metadata.
    pub(super) fn set_ready(&self, metadata: Arc<TrustedMetadata>) {
        *lock(&self.ready) = Some(metadata);
    }

    /// The newest metadata for which everything is there, unless it has expired at `now`.
    pub(super) fn ready(&self, now: Timestamp) -> Option<Arc<TrustedMetadata>> {
        lock(&self.ready).clone().filter(|metadata| metadata.expires() > now)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
