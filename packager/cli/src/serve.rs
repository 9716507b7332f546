//! `packager serve`: the service.

use std::sync::Arc;

use packager_service::{SystemClock, init_logging};

use crate::error::Error;
use crate::settings::SettingsFlags;
use crate::{hardening, interrupt};

/// Runs the service until a signal asks it to stop, and then until what is under way has ended, or a second signal
/// comes. SIGHUP has it read the TLS certificate anew.
pub(crate) async fn run(flags: SettingsFlags) -> Result<(), Error> {
    let loaded = flags.load_for_service()?;
    init_logging(&loaded.settings.logging).map_err(Error::failed("logging cannot start"))?;
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
    // Before any secret is read.
    hardening::lock_memory(loaded.settings.memory.lock_memory)?.log();
    if packager_faults::COMPILED_IN {
        tracing::error!("this program has faults compiled in, for tests: it must not serve anybody");
    }
    // Before anything is started, so that a signal during the start is not lost.
    let (stop, insisted) = interrupt::listen_twice()?;
    let hangups = interrupt::hangups()?;
    let served = async {
        let environment = |name: &str| std::env::var_os(name);
        let running = packager_service::start(&loaded.settings, &environment, Arc::new(SystemClock))
            .await
            .map_err(Error::failed("the service cannot start"))?;
        let renewal = running.renewal();
        tokio::select! {
            () = running.run_until(stop) => {}
            () = hangups.each(|| renewal.renew()) => {}
        }
        Ok(())
    };
    tokio::select! {
        outcome = served => outcome,
        () = insisted => Err(Error::Interrupted),
    }
}
