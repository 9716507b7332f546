//! Shared parts, made when a package first needs them: once, whoever asks meanwhile.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use packager_artifact::SharedPart;
use packager_formats::{Compression, Effort, Format, Position, SharedNotes, Tree};
use packager_store::{SharedKey, Store};

use super::BuildError;

/// Makes shared parts and finds those that are there.
pub(super) struct SharedMaker {
    store: Arc<Store>,
    making: Mutex<HashMap<SharedKey, Weak<tokio::sync::Mutex<()>>>>,
}

/// What is to be made.
#[derive(Clone)]
pub(super) struct Recipe {
    pub(super) format: Format,
    pub(super) compression: Compression,
    pub(super) position: Position,
    pub(super) effort: Effort,
    pub(super) build_time: u64,
    pub(super) tree: Arc<Tree>,
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
            self.tree.identity(),
        ))
    }
}

impl SharedMaker {
    pub(super) fn new(store: Arc<Store>) -> Self {
        Self {
            store,
            making: Mutex::default(),
        }
    }

    /// The part, made if it is not there.
    pub(super) async fn obtain(&self, recipe: Recipe) -> Result<(SharedPart, SharedNotes), BuildError> {
        let key = recipe.key();
        if let Some(found) = self.find(&key)? {
            return Ok(found);
        }
        let turn = self.turn(&key);
        let _mine = turn.lock().await;
        if let Some(found) = self.find(&key)? {
            return Ok(found);
        }
        let store = Arc::clone(&self.store);
        tokio::task::spawn_blocking(move || make(&store, &key, &recipe))
            .await
            .map_err(|_| BuildError::Defect)?
    }

    /// A part whose notes this version cannot read is made anew.
    fn find(&self, key: &SharedKey) -> Result<Option<(SharedPart, SharedNotes)>, BuildError> {
        let entry = self.store.shared().lookup(key)?;
        Ok(entry.and_then(|entry| Some((entry.part, serde_json::from_value(entry.notes).ok()?))))
    }

    /// The lock that those who need the same part share.
    fn turn(&self, key: &SharedKey) -> Arc<tokio::sync::Mutex<()>> {
        let mut making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        making.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = making.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::new(tokio::sync::Mutex::new(()));
        making.insert(key.clone(), Arc::downgrade(&turn));
        turn
    }
}

fn make(store: &Store, key: &SharedKey, recipe: &Recipe) -> Result<(SharedPart, SharedNotes), BuildError> {
    let started = std::time::Instant::now();
    let writer = store.shared().writer()?;
    let (writer, notes) = recipe.format.write_shared(
        &recipe.tree,
        recipe.position,
        recipe.compression,
        recipe.effort,
        recipe.build_time,
        writer,
    )?;
    let stored_notes = serde_json::to_value(&notes).map_err(|_| BuildError::Defect)?;
    let entry = store.shared().commit(key, writer, stored_notes)?;
    tracing::info!(
        part = %entry.part.sha256,
        size_bytes = entry.part.size_bytes,
        seconds = started.elapsed().as_secs_f64(),
        "made a shared part"
    );
    Ok((entry.part, notes))
}
