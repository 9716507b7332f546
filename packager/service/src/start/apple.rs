//! Loads what macOS packages are signed and notarized with.

use std::sync::Arc;

use jiff::Timestamp;
use packager_clock::Clock;
use packager_http_client::HttpSettings;
use packager_notary::{ApiKey, Notary, NotarySettings};
use packager_settings::Signing;
use packager_signing::{Error as SigningError, InstallerError, InstallerSigner, TimeStampAuthority};
use url::Url;

use super::StartError;
use super::collaborators::{Environment, resolve, secret_text};
use crate::build::PkgSigner;

const CERTIFICATE: &str = "signing_pkg_certificate";
const KEY: &str = "signing_pkg_key";
const PASSWORD: &str = "signing_pkg_password";
const TIMESTAMP_URL: &str = "signing_pkg_timestamp_url";

/// The signer of pkgs, if a certificate is set.
pub(super) fn load_pkg_signer(
    signing: &Signing,
    environment: Environment<'_>,
    clock: &Arc<dyn Clock>,
) -> Result<Option<PkgSigner>, StartError> {
    let Some(certificate) = &signing.signing_pkg_certificate else {
        return Ok(None);
    };
    let signer = load_signer(signing, certificate, environment, clock.now())?;
    let (name, expires) = (signer.name(), signer.expires_at());
    tracing::info!(name, %expires, "{CERTIFICATE}: pkgs are signed with this certificate");
    if !signer.is_issued_by_apple() {
        tracing::warn!(
            "{CERTIFICATE}: it was not issued by Apple: macOS installs packages with it only where somebody made the host \
             trust its authority, and Apple does not notarize them"
        );
    }
    let authority = signing.signing_pkg_timestamp_url.as_ref().map(|url| {
        let authority = TimeStampAuthority::new(url.clone(), &HttpSettings::default(), Arc::clone(clock));
        authority.map_err(|source| StartError::HttpClient {
            key: TIMESTAMP_URL,
            source,
        })
    });
    if authority.is_none() {
        tracing::warn!(
            "{TIMESTAMP_URL} is not set: pkgs cannot be installed any more once the certificate has expired"
        );
    }
    Ok(Some(PkgSigner::new(signer, authority.transpose()?)))
}

fn load_signer(
    signing: &Signing,
    certificate: &packager_settings::SecretRef,
    environment: Environment<'_>,
    now: Timestamp,
) -> Result<InstallerSigner, StartError> {
    let certificate = resolve(CERTIFICATE, certificate, environment)?;
    let loaded = match (&signing.signing_pkg_password, &signing.signing_pkg_key) {
        (Some(password), _) => {
            let password = resolve(PASSWORD, password, environment)?;
            let password = secret_text(PASSWORD, &password)?;
            InstallerSigner::from_pkcs12(certificate.as_bytes(), password, now)
        }
        (None, Some(key)) => {
            let key = resolve(KEY, key, environment)?;
            InstallerSigner::from_pem(certificate.as_bytes(), key.as_bytes(), now)
        }
        (None, None) => {
            let either = "signing_pkg_certificate needs signing_pkg_key or signing_pkg_password";
            return Err(StartError::Incomplete(either));
        }
    };
    loaded.map_err(|source| {
        let of_key = signing.signing_pkg_key.is_some();
        let key = match &source {
            SigningError::Installer(InstallerError::PasswordWrong) => PASSWORD,
            SigningError::Installer(
                InstallerError::NoKey
                | InstallerError::KeyEncrypted
                | InstallerError::NotRsa
                | InstallerError::Mismatch,
            ) if of_key => KEY,
            _ => CERTIFICATE,
        };
        StartError::SigningKey { key, source }
    })
}

/// What has pkgs notarized, if a key is set.
pub(super) fn load_notary(
    signing: &Signing,
    environment: Environment<'_>,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Notary>, StartError> {
    let (Some(key), Some(key_id), Some(issuer)) = (&signing.notary_key, &signing.notary_key_id, &signing.notary_issuer)
    else {
        return Ok(None);
    };
    let pem = resolve("notary_key", key, environment)?;
    let key = ApiKey::from_pem(pem.as_bytes(), key_id.clone(), issuer.clone()).map_err(StartError::NotaryKey)?;
    let settings = NotarySettings::at(
        as_folder(&signing.notary_url),
        as_folder(&signing.notary_upload_url),
        signing.notary_ticket_url.clone(),
    );
    let notary = Notary::new(key, settings, Arc::clone(clock));
    notary.map(Some).map_err(|source| StartError::HttpClient {
        key: "notary_url",
        source,
    })
}

/// The URL with a slash at its end, for what lies under it.
fn as_folder(url: &Url) -> Url {
    let mut url = url.clone();
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    url
}
