//! What is made ready before anybody asks.
//!
//! Readiness is a matter of each component: where one channel's release is broken, packages of the other channels are
//! made from the new metadata all the same, and those of the broken one from the metadata before.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use packager_fleetd::{Component, Program};
use packager_formats::Format;
use packager_targets::TrustedMetadata;

/// Most components that are kept ready. Channels are a client's to name, so there may be no end to them.
const MOST: usize = 64;
/// Most editions that are remembered: the newest, and older ones for what is broken in it.
const EDITIONS: usize = 4;

/// A component, as a format packs it.
pub(super) type Wanted = (Format, Component);

/// Which components are to be ready, and for which metadata they are.
pub(super) struct Ahead {
    learns: bool,
    state: Mutex<State<Arc<TrustedMetadata>>>,
}

struct State<M> {
    wanted: HashSet<Wanted>,
    /// The newest first.
    editions: Vec<Edition<M>>,
}

/// Metadata, and the components that are ready for it.
struct Edition<M> {
    metadata: M,
    ready: HashSet<Wanted>,
}

impl Ahead {
    /// `wanted` from the start, and what is [noted](Self::note) unless that is nothing.
    pub(super) fn new(wanted: impl IntoIterator<Item = Wanted>) -> Self {
        let wanted: HashSet<_> = wanted.into_iter().collect();
        Self {
            learns: !wanted.is_empty(),
            state: Mutex::new(State {
                wanted,
                editions: Vec::new(),
            }),
        }
    }

    /// Notes what has been asked for, so that it is ready when there is a new release.
    pub(super) fn note(&self, format: Format, components: &[Component]) {
        if !self.learns {
            return;
        }
        let wanted = &mut self.state().wanted;
        for component in components {
            let key = (format, component.clone());
            if wanted.len() < MOST {
                wanted.insert(key);
            }
        }
    }

    /// What is to be made ready: for each format its components.
    pub(super) fn wanted(&self) -> BTreeMap<Format, Vec<Component>> {
        let mut wanted: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (format, component) in &self.state().wanted {
            wanted.entry(*format).or_default().push(component.clone());
        }
        wanted
    }

    /// The components of packages of a format that are to be had of what is to be made ready: for each platform and
    /// channel, with and without Fleet Desktop.
    pub(super) fn packages(&self, format: Format) -> Vec<Vec<Component>> {
        let wanted = &self.state().wanted;
        let without_desktop = wanted
            .iter()
            .filter(|(of, component)| *of == format && component.program == Program::Orbit);
        let packages = without_desktop.flat_map(|(_, orbit)| {
            let component = |program| Component {
                program,
                ..orbit.clone()
            };
            let desktop = component(Program::Desktop);
            let small = vec![orbit.clone(), component(Program::Osqueryd)];
            let large = [small.clone(), vec![desktop]].concat();
            [small, large]
        });
        let is_wanted = |component: &Component| wanted.contains(&(format, component.clone()));
        packages.filter(|components| components.iter().all(is_wanted)).collect()
    }

    /// These are there for this metadata, which is the newest.
    pub(super) fn set_ready(&self, metadata: &Arc<TrustedMetadata>, ready: HashSet<Wanted>) {
        let mut state = self.state();
        state
            .editions
            .retain(|edition| !Arc::ptr_eq(&edition.metadata, metadata));
        state.publish(Arc::clone(metadata), ready);
    }

    /// The newest metadata for which all of these components are there that are to be ready, unless it has expired at
    /// `now`.
    pub(super) fn ready(
        &self,
        format: Format,
        components: &[Component],
        now: Timestamp,
    ) -> Option<Arc<TrustedMetadata>> {
        let state = self.state();
        let mut editions = state.editions_for(format, components);
        editions.find(|metadata| metadata.expires() > now).cloned()
    }

    fn state(&self) -> MutexGuard<'_, State<Arc<TrustedMetadata>>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M> State<M> {
    /// Older editions stay only for what is not ready in this one.
    fn publish(&mut self, metadata: M, ready: HashSet<Wanted>) {
        self.editions.retain(|older| !older.ready.is_subset(&ready));
        self.editions.insert(0, Edition { metadata, ready });
        self.editions.truncate(EDITIONS);
    }

    fn editions_for(&self, format: Format, components: &[Component]) -> impl Iterator<Item = &M> {
        let wanted: Vec<_> = components
            .iter()
            .map(|component| (format, component.clone()))
            .filter(|key| self.wanted.contains(key))
            .collect();
        self.editions
            .iter()
            .filter(move |edition| wanted.iter().all(|key| edition.ready.contains(key)))
            .map(|edition| &edition.metadata)
    }
}

#[cfg(test)]
#[path = "ahead_tests.rs"]
mod tests;
