//! Loads the keys that packages are signed with.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use packager_clock::Clock;
use packager_settings::{SecretRef, Signing};
use packager_signing::{Error as SigningError, OpenPgpSigner, ReleaseKey, Signer};

use super::StartError;
use super::apple::load_pkg_signer;
use super::collaborators::{Environment, resolve, secret_text};
use super::windows::load_msi_signer;
use crate::build::Signers;

/// The signer of each format for which a key is set.
pub(super) async fn load_signers(
    signing: &Signing,
    build_timeout: Duration,
    environment: Environment<'_>,
    clock: &Arc<dyn Clock>,
) -> Result<Signers, StartError> {
    let now = clock.now();
    let load = |keys, key: Option<&SecretRef>, passphrase: Option<&SecretRef>| {
        key.map(|key| open_pgp(keys, key, passphrase, environment, now))
            .transpose()
    };
    let deb = load(
        ("signing_deb_key", "signing_deb_key_passphrase"),
        signing.signing_deb_key.as_ref(),
        signing.signing_deb_key_passphrase.as_ref(),
    )?;
    if deb.as_ref().is_some_and(OpenPgpSigner::is_subkey) {
        tracing::warn!(
            "signing_deb_key: a subkey signs, which debsig-verify before version 0.30 (Debian 11 and 12) does not find \
             a policy for"
        );
    }
    let rpm = load(
        ("signing_rpm_key", "signing_rpm_key_passphrase"),
        signing.signing_rpm_key.as_ref(),
        signing.signing_rpm_key_passphrase.as_ref(),
    )?;
    let shared = |signer| Arc::new(signer) as Arc<dyn Signer>;
    Ok(Signers {
        deb: deb.map(shared),
        rpm: rpm.map(shared),
        pkg: load_pkg_signer(signing, environment, clock)?.map(Arc::new),
        msi: load_msi_signer(signing, build_timeout, environment, clock)
            .await?
            .map(Arc::new),
    })
}

/// The key that digests of downloads are signed with, if one is set.
pub(super) fn load_release_key(
    signing: &Signing,
    environment: Environment<'_>,
) -> Result<Option<ReleaseKey>, StartError> {
    const KEY: &str = "signing_release_key";
    let Some(reference) = &signing.signing_release_key else {
        return Ok(None);
    };
    let pem = resolve(KEY, reference, environment)?;
    let key = ReleaseKey::from_pem(pem.as_bytes()).map_err(|source| StartError::SigningKey { key: KEY, source })?;
    Ok(Some(key))
}

/// `key` and `passphrase` are the settings' names.
fn open_pgp(
    (key, passphrase): (&'static str, &'static str),
    key_reference: &SecretRef,
    passphrase_reference: Option<&SecretRef>,
    environment: Environment<'_>,
    now: Timestamp,
) -> Result<OpenPgpSigner, StartError> {
    let secret_key = resolve(key, key_reference, environment)?;
    let secret = passphrase_reference.map(|reference| resolve(passphrase, reference, environment));
    let secret = secret.transpose()?;
    let text = secret
        .as_ref()
        .map(|secret| secret_text(passphrase, secret))
        .transpose()?;
    let signer = OpenPgpSigner::load(secret_key.as_bytes(), text.map(str::as_bytes), now).map_err(|source| {
        let key = match source {
            SigningError::PassphraseMissing | SigningError::PassphraseWrong => passphrase,
            _ => key,
        };
        StartError::SigningKey { key, source }
    })?;
    if secret.is_some() && !signer.is_protected() {
        tracing::warn!("{passphrase} is not needed: the key of {key} is not protected by a passphrase");
    }
    let (fingerprint, expires) = (signer.fingerprint(), signer.expires_at());
    tracing::info!(
        fingerprint,
        expires = expires.map(tracing::field::display),
        "{key}: packages are signed with this key"
    );
    Ok(signer)
}
