//! Replacing the master key of the data directory that settings name.

use jiff::Timestamp;
use packager_settings::{SecretRef, Settings};
use packager_store::{MasterKey, Rotated, Store};

use super::StartError;
use super::collaborators::{Environment, master_key_at, store_settings};

/// Puts the master key that `new` leads to in the place of the one in use; without `new`, a random one in the place of the
/// key file in the data directory. No service may be running on it. A key file in the data directory that is not needed
/// any more is destroyed. Blocks for the disk.
///
/// # Errors
/// [`StartError::NewKeyNeeded`] without `new` when the key in use is kept elsewhere, [`StartError::NoKeyFile`],
/// [`StartError::Secret`] and [`StartError::MasterKey`] when a key cannot be had, and [`StartError::Store`] with what
/// [`Store::rotate_key`] fails with.
pub fn rotate_key(
    settings: &Settings,
    new: Option<&SecretRef>,
    environment: Environment<'_>,
    now: Timestamp,
) -> Result<Rotated, StartError> {
    let storage = &settings.storage;
    let dir = &storage.data_dir;
    let (limits, path) = (store_settings(settings), storage.default_master_key_file());
    if !Store::is_in(dir) {
        return Err(packager_store::Error::NothingToRotate.into());
    }
    match (&storage.master_key, new) {
        (Some(_), None) => Err(StartError::NewKeyNeeded),
        (None, _) if !path.exists() => Err(StartError::NoKeyFile { path }),
        (None, None) => Ok(Store::rotate_key_file(dir, &path, limits, now)?),
        (Some(old), Some(new)) => {
            let old = master_key_at("master_key", old, environment)?;
            let new = master_key_at("--new-master-key", new, environment)?;
            Ok(Store::rotate_key(dir, &old, &new, limits, now)?)
        }
        (None, Some(new)) => {
            let old = MasterKey::load_file(&path)?;
            let new = master_key_at("--new-master-key", new, environment)?;
            let rotated = Store::rotate_key(dir, &old, &new, limits, now)?;
            MasterKey::destroy_file(&path)?;
            Ok(rotated)
        }
    }
}
