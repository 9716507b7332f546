//! Progress, for a person who watches.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use packager_api::Stage;

/// Hears how far a package is.
pub(crate) trait Progress: Send + Sync {
    /// The build has come to a stage.
    fn stage(&self, stage: Stage);
    /// So much of the package has been downloaded.
    fn received(&self, done_bytes: u64, size_bytes: u64);
}

/// Says nothing.
pub(crate) struct Silent;

impl Progress for Silent {
    fn stage(&self, _: Stage) {}

    fn received(&self, _: u64, _: u64) {}
}

/// A line on the terminal, which goes away when this is dropped.
pub(crate) struct Line(ProgressBar);

/// The line that is there, so that what else goes to standard error does not land in it.
static SHOWN: Mutex<Option<ProgressBar>> = Mutex::new(None);

impl Line {
    fn on(target: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_draw_target(target);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }

    fn shown() -> Self {
        let line = Self::on(ProgressDrawTarget::stderr());
        *lock() = Some(line.0.clone());
        line
    }
}

impl Progress for Line {
    fn stage(&self, stage: Stage) {
        self.0.set_message(word(stage));
    }

    fn received(&self, done_bytes: u64, size_bytes: u64) {
        if self.0.length() != Some(size_bytes) {
            if let Ok(style) =
                ProgressStyle::with_template("{bar:32} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
            {
                self.0.set_style(style);
            }
            self.0.set_length(size_bytes);
            // The rate is that of the download.
            self.0.reset_elapsed();
            self.0.reset_eta();
        }
        self.0.set_position(done_bytes);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        *lock() = None;
        self.0.finish_and_clear();
    }
}

/// A line when standard error is a terminal; nothing otherwise, and nothing beside logs of each step.
pub(crate) fn for_person(is_verbose: bool) -> Box<dyn Progress> {
    if crate::terminal::is_watched() && !is_verbose {
        Box::new(Line::shown())
    } else {
        Box::new(Silent)
    }
}

/// Does what prints to standard error while the line, if there is one, is away.
pub(crate) fn aside<T>(print: impl FnOnce() -> T) -> T {
    let shown = lock().clone();
    match shown {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

fn lock() -> MutexGuard<'static, Option<ProgressBar>> {
    SHOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

const fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Queued => "waiting",
        Stage::Fetching => "fetching the agent",
        Stage::Building => "building",
        Stage::Signing => "signing",
        Stage::Notarizing => "waiting for the notary service",
        Stage::Stapling => "stapling",
        Stage::Sealing => "sealing",
    }
}

#[cfg(test)]
mod tests {
    use indicatif::InMemoryTerm;

    use super::*;

    fn line() -> (InMemoryTerm, Line) {
        let terminal = InMemoryTerm::new(4, 100);
        // As often as anything changes, whatever the time.
        let target = ProgressDrawTarget::term_like_with_hz(Box::new(terminal.clone()), u8::MAX);
        (terminal, Line::on(target))
    }

    #[test]
    fn stages_and_bytes_are_shown_and_go_away() {
        let (terminal, line) = line();
        for (stage, text) in [
            (Stage::Queued, "waiting"),
            (Stage::Notarizing, "waiting for the notary service"),
        ] {
            line.stage(stage);
            line.0.force_draw();
            assert!(terminal.contents().ends_with(text), "{}", terminal.contents());
        }
        line.received(1 << 20, 4 << 20);
        line.0.force_draw();
        assert!(
            terminal.contents().contains("1.00 MiB of 4.00 MiB"),
            "{}",
            terminal.contents()
        );
        drop(line);
        assert_eq!(terminal.contents(), "");
    }

    #[test]
    fn each_stage_has_words() {
        let stages = [
            Stage::Queued,
            Stage::Fetching,
            Stage::Building,
            Stage::Signing,
            Stage::Notarizing,
            Stage::Stapling,
            Stage::Sealing,
        ];
        let words: std::collections::BTreeSet<_> = stages.into_iter().map(word).collect();
        assert_eq!(words.len(), stages.len());
    }
}
