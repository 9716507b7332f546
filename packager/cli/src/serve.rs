//! `packager serve`: the service.

use std::sync::Arc;

use packager_service::{SystemClock, init_logging};

use crate::error::Error;
use crate::settings::SettingsFlags;
use crate::{hardening, interrupt};

/// Runs the service until a signal asks it to stop, and then until what is under way has ended.
pub(crate) async fn run(flags: SettingsFlags) -> Result<(), Error> {
    let loaded = flags.load_for_service()?;
    init_logging(&loaded.settings.logging).map_err(Error::failed("logging cannot start"))?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    // Before any secret is read.
    hardening::lock_memory(loaded.settings.memory.lock_memory)?.log();
    // Before anything is started, so that a signal during the start is not lost.
    let stop = interrupt::listen()?;
    let running = packager_service::start(&loaded.settings, &|name| std::env::var_os(name), Arc::new(SystemClock))
        .await
        .map_err(Error::failed("the service cannot start"))?;
    running.run_until(stop).await;
    Ok(())
}
