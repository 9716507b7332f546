//! Blocks that are compressed side by side and handed on in the order in which they came.

use std::collections::VecDeque;
use std::io;
use std::thread::{self, JoinHandle};

use super::{Compressors, Effort};

/// Work under way, the oldest in front.
pub(crate) struct InOrder<T> {
    /// None: the work is small, and done on the spot.
    compressors: Option<Compressors>,
    under_way: VecDeque<JoinHandle<io::Result<T>>>,
}

impl<T: Send + 'static> InOrder<T> {
    pub(crate) fn new(effort: Effort) -> Self {
        Self {
            compressors: match effort {
                Effort::Best(compressors) => Some(compressors),
                Effort::Quick => None,
            },
            under_way: VecDeque::new(),
        }
    }

    /// Begins `work` when there is a turn for it, and hands on what is finished and has nothing in front of it.
    pub(crate) fn begin(
        &mut self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
        mut hand_on: impl FnMut(T) -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(compressors) = &self.compressors else {
            return hand_on(work()?);
        };
        let turn = compressors.turn();
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        let thread = thread::Builder::new().name("compress".to_owned()).spawn(work)?;
        self.under_way.push_back(thread);
        while self.under_way.front().is_some_and(JoinHandle::is_finished) {
            self.next(&mut hand_on)?;
        }
        Ok(())
    }

    /// Waits for everything, and hands it on.
    pub(crate) fn finish(mut self, mut hand_on: impl FnMut(T) -> io::Result<()>) -> io::Result<()> {
        while !self.under_way.is_empty() {
            self.next(&mut hand_on)?;
        }
        Ok(())
    }

    fn next(&mut self, hand_on: &mut impl FnMut(T) -> io::Result<()>) -> io::Result<()> {
        let Some(thread) = self.under_way.pop_front() else {
            return Ok(());
        };
        let done = thread
            .join()
            .map_err(|_| io::Error::other("a compression thread stopped"))??;
        hand_on(done)
    }
}
