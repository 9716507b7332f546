//! `packager rotate-key`: another master key for the data directory.

use clap::Args;
use jiff::Timestamp;
use packager_settings::SecretRef;

use crate::error::Error;
use crate::hardening;
use crate::logging::{self, Verbosity};
use crate::settings::SettingsFlags;
use crate::terminal;

/// Replaces the master key, for which the service must not be running. All packages are sealed under the new key, and
/// nothing in the data directory opens with the old one any more. If it is interrupted, run it again.
#[derive(Debug, Args)]
pub(crate) struct RotateKeyFlags {
    /// Where the new key is kept: `file:/path`, `env:NAME` or `systemd:NAME`. Afterwards `master_key` has to be set to it.
    /// Without this flag, the key file in the data directory is replaced by one with a new random key.
    #[arg(long, value_name = "REFERENCE")]
    new_master_key: Option<String>,
    #[command(flatten)]
    settings: SettingsFlags,
}

/// Replaces the key and says of how many packages.
pub(crate) fn run(flags: &RotateKeyFlags) -> Result<(), Error> {
    logging::init(Verbosity::Quiet);
    // Not read by clap, which would repeat a value that it refuses.
    let new = flags
        .new_master_key
        .as_deref()
        .map(SecretRef::parse_reference)
        .transpose();
    let new = new.map_err(|error| Error::Usage(format!("--new-master-key {error}")))?;
    let loaded = flags.settings.load()?;
    for warning in &loaded.warnings {
        terminal::remark(&format!("warning: {warning}"));
    }
    hardening::lock_memory(loaded.settings.memory.lock_memory)?;
    let environment = |name: &str| std::env::var_os(name);
    let rotated = packager_service::rotate_key(&loaded.settings, new.as_ref(), &environment, Timestamp::now())
        .map_err(Error::failed("the master key was not replaced"))?;
    let packages = match rotated.packages {
        1 => "1 package is".to_owned(),
        packages => format!("{packages} packages are"),
    };
    terminal::result(&format!("{packages} sealed under the new master key"))?;
    if rotated.damaged > 0 {
        let damaged = rotated.damaged;
        terminal::remark(&format!(
            "warning: {damaged} more are damaged and open with neither key"
        ));
    }
    if let Some(reference) = &flags.new_master_key {
        terminal::remark(&format!(
            "now set master_key to {reference}, and destroy the old key wherever it is kept"
        ));
    }
    Ok(())
}
