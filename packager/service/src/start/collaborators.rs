//! Makes the service's collaborators from its settings.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::Path;

use jiff::Timestamp;
use packager_fleetd::{Component, Platform, Program};
use packager_formats::{Compression, Compressors, Format};
use packager_settings::{DebCompression, Prepare, SecretRef, Settings, Storage};
use packager_spec::{Architecture, Channel};
use packager_store::{MasterKey, StorageLimit, Store, StoreSettings};
use packager_targets::{
    ClientIdentity, HttpSettings as TransportSettings, Repository, RepositorySettings, embedded_root, transport,
};

use super::{StartError, update_limits};
use crate::app::HttpSettings;
use crate::build::BuilderSettings;

/// Looks up an environment variable, for secrets that are kept in one.
pub type Environment<'a> = &'a (dyn Fn(&str) -> Option<OsString> + Sync);

/// Longest certificate or root file.
const MAX_FILE_BYTES: u64 = 1 << 20;

pub(super) fn open_store(
    settings: &Settings,
    environment: Environment<'_>,
    now: Timestamp,
) -> Result<Store, StartError> {
    let storage = &settings.storage;
    // The key file's folder has to be there before the store makes it.
    create_private(&storage.data_dir)?;
    let key = master_key(storage, environment)?;
    Ok(Store::open(&storage.data_dir, &key, store_settings(settings), now)?)
}

pub(super) fn store_settings(settings: &Settings) -> StoreSettings {
    let storage = &settings.storage;
    StoreSettings {
        expire_after: storage.expire_after,
        remember_expired: storage.remember_expired,
        queue_limit: settings.builds.queue,
        storage_limit: match storage.storage_limit {
            packager_settings::StorageLimit::Bytes(bytes) => StorageLimit::Bytes(bytes),
            packager_settings::StorageLimit::DiskPercent(percent) => StorageLimit::DiskPercent(percent),
        },
    }
}

/// The configured key, or the one in the key file, which is made at the first start.
fn master_key(storage: &Storage, environment: Environment<'_>) -> Result<MasterKey, StartError> {
    if let Some(reference) = &storage.master_key {
        return master_key_at("master_key", reference, environment);
    }
    let path = storage.default_master_key_file();
    if !path.exists() {
        if Store::is_in(&storage.data_dir) {
            return Err(StartError::NoKeyFile { path });
        }
        tracing::info!(
            path = %path.display(),
            "making a master key: it protects packages from whoever gets hold of the disk without this file, and not \
             from whoever can read the data directory as the service does"
        );
    }
    Ok(MasterKey::load_or_create(&path)?)
}

/// The master key that a reference leads to.
pub(super) fn master_key_at(
    key: &'static str,
    reference: &SecretRef,
    environment: Environment<'_>,
) -> Result<MasterKey, StartError> {
    let secret = resolve(key, reference, environment)?;
    Ok(MasterKey::from_text(secret_text(key, &secret)?)?)
}

pub(super) async fn open_repository(
    settings: &Settings,
    environment: Environment<'_>,
) -> Result<Repository, StartError> {
    let update = &settings.update;
    let trusted_root = match &update.update_roots {
        Some(path) => read("update_roots", path)?,
        None => embedded_root(&update.update_url)
            .ok_or(StartError::NoTrustedRoot)?
            .to_vec(),
    };
    let client_identity = match (&update.update_tls_client_certificate, &update.update_tls_client_key) {
        (Some(certificate), Some(key)) => {
            let key = resolve("update_tls_client_key", key, environment)?;
            Some(ClientIdentity {
                certificate_pem: read("update_tls_client_certificate", certificate)?,
                key_pem: key.as_bytes().to_vec(),
            })
        }
        (None, None) => None,
        _ => {
            let both = "update_tls_client_certificate and update_tls_client_key: set both or neither";
            return Err(StartError::Incomplete(both));
        }
    };
    let connection = TransportSettings {
        private_ca_pem: update
            .update_tls_ca
            .as_deref()
            .map(|path| read("update_tls_ca", path))
            .transpose()?,
        client_identity,
        read_timeout: settings.update_limits.update_grace,
        ..TransportSettings::default()
    };
    let transport = transport(&update.update_url, &connection)?;
    let repository = RepositorySettings {
        url: update.update_url.clone(),
        trusted_root,
        cache_dir: settings.storage.data_dir.join("tuf"),
        limits: update_limits(&settings.update_limits),
    };
    Ok(Repository::open(repository, transport).await?)
}

pub(super) fn builder_settings(settings: &Settings) -> BuilderSettings {
    let builds = &settings.builds;
    let threads = u32::try_from(builds.compression_threads.unwrap_or_else(cores)).unwrap_or(1);
    BuilderSettings {
        update_url: settings.update.update_url.as_str().trim_end_matches('/').to_owned(),
        deb_compression: match builds.deb_compression {
            DebCompression::Xz => Compression::Xz,
            DebCompression::Gzip => Compression::Gzip,
        },
        compressors: Compressors::new(NonZeroU32::new(threads).unwrap_or(NonZeroU32::MIN)),
        prepare: prepare(builds.prepare),
    }
}

/// The agent from the default channels, for each architecture and in each format.
fn prepare(prepare: Prepare) -> Vec<(Format, Component)> {
    let architectures: &[_] = match prepare {
        Prepare::All => &[Architecture::Amd64, Architecture::Arm64],
        Prepare::Amd64 => &[Architecture::Amd64],
        Prepare::Arm64 => &[Architecture::Arm64],
        Prepare::Nothing => &[],
    };
    let of_each = |platform: fn(Architecture) -> Platform| architectures.iter().copied().map(platform).collect();
    let platforms = |format| match format {
        Format::Deb | Format::Rpm | Format::Arch => of_each(Platform::Linux),
        Format::Msi => of_each(Platform::Windows),
        // Universal: whichever architecture is to be ready.
        Format::Pkg if architectures.is_empty() => Vec::new(),
        Format::Pkg => vec![Platform::MacOs],
    };
    let component = |platform, program| Component {
        program,
        platform,
        channel: Channel::default(),
    };
    let programs = [Program::Orbit, Program::Osqueryd, Program::Desktop];
    Format::ALL
        .into_iter()
        .flat_map(|format| platforms(format).into_iter().map(move |platform| (format, platform)))
        .flat_map(|(format, platform)| programs.map(|program| (format, component(platform, program))))
        .collect()
}

pub(super) fn http_settings(settings: &Settings) -> HttpSettings {
    HttpSettings {
        public_url: settings.network.public_url.clone(),
        body_limit_bytes: usize::try_from(settings.limits.body_limit).unwrap_or(usize::MAX),
        client_timeout: settings.limits.client_timeout,
    }
}

/// How many cores this process may use.
pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

pub(super) fn resolve(
    key: &'static str,
    reference: &SecretRef,
    environment: Environment<'_>,
) -> Result<packager_settings::Secret, StartError> {
    let resolved = reference
        .resolve(&environment)
        .map_err(|source| StartError::Secret { key, source })?;
    if let Some(warning) = resolved.warning {
        tracing::warn!(key, warning);
    }
    Ok(resolved.secret)
}

pub(super) fn secret_text<'a>(key: &'static str, secret: &'a packager_settings::Secret) -> Result<&'a str, StartError> {
    secret.as_text().map_err(|source| StartError::Secret { key, source })
}

pub(super) fn read(key: &'static str, path: &Path) -> Result<Vec<u8>, StartError> {
    use std::io::Read;
    let read = || {
        let mut bytes = Vec::new();
        std::fs::File::open(path)?
            .take(MAX_FILE_BYTES)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|source| StartError::File {
        key,
        path: path.to_owned(),
        source,
    })
}

fn create_private(path: &Path) -> Result<(), StartError> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StartError::File {
            key: "data_dir",
            path: path.to_owned(),
            source,
        })
}
