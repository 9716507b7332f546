use std::fs::File;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::error::Error;
use crate::target::CachedTarget;

/// How far a download has come, for those who read along.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The file of the present attempt.
    file: Option<Arc<File>>,
    written_bytes: u64,
    outcome: Option<Result<CachedTarget, Error>>,
}

/// Where to read on.
#[derive(Debug)]
pub(crate) enum Source {
    /// Up to so many bytes of the file are there.
    Growing(Arc<File>, u64),
    /// The whole file is.
    Whole(CachedTarget),
}

impl Incoming {
    /// An attempt begins, with an empty file.
    pub(crate) fn begin(&self, file: File) {
        let mut state = self.state();
        state.file = Some(Arc::new(file));
        state.written_bytes = 0;
    }

    /// So many bytes more are in the file.
    pub(crate) fn advance(&self, bytes: u64) {
        self.state().written_bytes += bytes;
        self.changed.notify_all();
    }

    /// Nothing more will come. The first outcome counts.
    pub(crate) fn end(&self, outcome: Result<CachedTarget, Error>) {
        self.state().outcome.get_or_insert(outcome);
        self.changed.notify_all();
    }

    /// Blocks until the byte at `offset` can be read, or never can. That an attempt fails after this is no matter to
    /// who reads: the next one's bytes are the same, or the hash does not hold.
    pub(crate) fn wait(&self, offset: u64) -> Result<Source, Error> {
        let waits = |state: &mut State| state.outcome.is_none() && state.written_bytes <= offset;
        let state = self
            .changed
            .wait_while(self.state(), waits)
            .unwrap_or_else(PoisonError::into_inner);
        match (&state.outcome, &state.file) {
            (Some(Ok(cached)), _) => Ok(Source::Whole(cached.clone())),
            (Some(Err(error)), _) => Err(error.clone()),
            (None, Some(file)) => Ok(Source::Growing(Arc::clone(file), state.written_bytes)),
            // Bytes are only ever written to a file.
            (None, None) => Err(Error::Unavailable),
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.state().outcome.is_some()
    }

    /// Why nothing more will come.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.state().outcome.clone().and_then(Result::err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
