//! Shared parts: found, or made, once, whoever asks meanwhile.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Instant;

use packager_artifact::{Sha256Digest, SharedPart};
use packager_formats::{Compression, Effort, Format, Position, SharedNotes, Tree};
use packager_store::{SharedKey, SharedWriter, Store};

use super::BuildError;

/// Notes that are remembered. A release has a handful of parts; what is beyond is read from the store again.
const REMEMBERED: usize = 256;

/// Makes shared parts and finds those that are there.
pub(super) struct SharedMaker {
    store: Arc<Store>,
    making: Mutex<HashMap<SharedKey, Weak<tokio::sync::Mutex<()>>>>,
    known: Mutex<HashMap<SharedKey, Shared>>,
}

/// A shared part with what composing must know of it.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) part: SharedPart,
    pub(super) notes: Arc<SharedNotes>,
}

/// What is to be made, but for the bytes.
#[derive(Clone)]
pub(super) struct Recipe {
    pub(super) format: Format,
    pub(super) compression: Compression,
    pub(super) position: Position,
    pub(super) effort: Effort,
    pub(super) build_time: u64,
    /// The identity of the tree, or of one with placeholders for what has not been fetched.
    pub(super) tree: Sha256Digest,
}

impl Recipe {
    /// Everything that the bytes depend on, and nothing else: how many threads there are is no matter.
    fn key(&self) -> SharedKey {
        SharedKey::new(format!(
            "{:?} {} {:?} {:?} {} {}",
            self.format,
            self.format.writer_revision(),
            self.compression,
            self.position,
            self.build_time,
            self.tree,
        ))
    }
}

impl SharedMaker {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            making: Mutex::default(),
            known: Mutex::default(),
        }
    }

    /// The part, made if it is not there, and only then of the tree that `tree` gives.
    pub(super) async fn obtain<F>(&self, recipe: Recipe, tree: impl FnOnce() -> F) -> Result<Shared, BuildError>
    where
        F: Future<Output = Result<Arc<Tree>, BuildError>>,
    {
        let key = recipe.key();
        if let Some(found) = self.find(&key)? {
            return Ok(found);
        }
        let turn = self.turn(&key);
        let _mine = turn.lock().await;
        if let Some(found) = self.find(&key)? {
            return Ok(found);
        }
        let tree = tree().await?;
        let store = Arc::clone(&self.store);
        let made_key = key.clone();
        let made = tokio::task::spawn_blocking(move || make(&store, &made_key, recipe, &tree))
            .await
            .map_err(|_| BuildError::Defect)??;
        self.remember(key, &made);
        Ok(made)
    }

    /// What all packages of these parts have beside them, if their format has such a thing. Its bytes are made in no time, and
    /// are the same whoever makes them.
    pub(super) async fn obtain_index(&self, format: Format, parts: &[Shared]) -> Result<Option<Shared>, BuildError> {
        let with_notes: Vec<_> = parts.iter().map(|shared| (shared.part, &*shared.notes)).collect();
        let Some((bytes, notes)) = format.index(&with_notes)? else {
            return Ok(None);
        };
        let names: Vec<_> = parts.iter().map(|shared| shared.part.sha256.to_string()).collect();
        let revision = format.writer_revision();
        let key = SharedKey::new(format!("index {format:?} {revision} {}", names.join(" ")));
        if let Some(found) = self.find(&key)? {
            return Ok(Some(found));
        }
        let store = Arc::clone(&self.store);
        let made_key = key.clone();
        let made = tokio::task::spawn_blocking(move || {
            let mut writer = store.shared().writer()?;
            writer.write_all(&bytes)?;
            commit(&store, &made_key, writer, notes)
        })
        .await
        .map_err(|_| BuildError::Defect)??;
        self.remember(key, &made);
        Ok(Some(made))
    }

    /// A part whose notes this version cannot read is made anew.
    fn find(&self, key: &SharedKey) -> Result<Option<Shared>, BuildError> {
        let known = lock(&self.known).get(key).cloned();
        if let Some(shared) = known
            && self.store.shared().hold(&shared.part)
        {
            return Ok(Some(shared));
        }
        let Some(entry) = self.store.shared().lookup(key)? else {
            return Ok(None);
        };
        let Ok(notes) = serde_json::from_value(entry.notes) else {
            return Ok(None);
        };
        let shared = Shared {
            part: entry.part,
            notes: Arc::new(notes),
        };
        self.remember(key.clone(), &shared);
        Ok(Some(shared))
    }

    fn remember(&self, key: SharedKey, shared: &Shared) {
        let mut known = lock(&self.known);
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(key, shared.clone());
    }

    /// The lock that those who need the same part share.
    fn turn(&self, key: &SharedKey) -> Arc<tokio::sync::Mutex<()>> {
        let mut making = lock(&self.making);
        making.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = making.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::new(tokio::sync::Mutex::new(()));
        making.insert(key.clone(), Arc::downgrade(&turn));
        turn
    }
}

fn make(store: &Store, key: &SharedKey, recipe: Recipe, tree: &Tree) -> Result<Shared, BuildError> {
    let started = Instant::now();
    let writer = store.shared().writer()?;
    let (writer, notes) = recipe.format.write_shared(
        tree,
        recipe.position,
        recipe.compression,
        recipe.effort,
        recipe.build_time,
        writer,
    )?;
    let made = commit(store, key, writer, notes)?;
    tracing::info!(
        part = %made.part.sha256,
        size_bytes = made.part.size_bytes,
        seconds = started.elapsed().as_secs_f64(),
        "made a shared part"
    );
    Ok(made)
}

fn commit(store: &Store, key: &SharedKey, writer: SharedWriter, notes: SharedNotes) -> Result<Shared, BuildError> {
    let stored_notes = serde_json::to_value(&notes).map_err(|_| BuildError::Defect)?;
    let entry = store.shared().commit(key, writer, stored_notes)?;
    Ok(Shared {
        part: entry.part,
        notes: Arc::new(notes),
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
