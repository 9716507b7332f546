//! Progress, for a person who watches.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
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

impl Line {
    fn new() -> Self {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Progress for Line {
    fn stage(&self, stage: Stage) {
        self.0.set_message(word(stage));
    }

    fn received(&self, done_bytes: u64, size_bytes: u64) {
        if self.0.length() != Some(size_bytes) {
            if let Ok(style) = ProgressStyle::with_template("{bar:32} {bytes} of {total_bytes}, {bytes_per_sec}") {
                self.0.set_style(style);
            }
            self.0.set_length(size_bytes);
        }
        self.0.set_position(done_bytes);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A line when standard error is a terminal; nothing otherwise, and nothing beside logs, which it would garble.
pub(crate) fn for_person(is_verbose: bool) -> Box<dyn Progress> {
    if crate::terminal::is_watched() && !is_verbose {
        Box::new(Line::new())
    } else {
        Box::new(Silent)
    }
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
