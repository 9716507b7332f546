//! Loads what Windows packages are signed with.

use std::ffi::OsString;
use std::sync::Arc;
use std::time::Duration;

use packager_clock::Clock;
use packager_http_client::HttpSettings;
use packager_settings::{SecretRef, Signing};
use packager_signing::{
    AuthenticodeCredentials, AuthenticodeError, AuthenticodeSettings, AuthenticodeSigner, Concern, Pkcs11Token,
    TimeStampAuthority,
};
use zeroize::Zeroizing;

use super::StartError;
use super::collaborators::{Environment, read, resolve, secret_text};

const PKCS12: &str = "signing_msi_pkcs12";
const PASSWORD: &str = "signing_msi_password";
const MODULE: &str = "signing_msi_pkcs11_module";
const URI: &str = "signing_msi_pkcs11_uri";
const PIN: &str = "signing_msi_pin";
const CHAIN: &str = "signing_msi_pkcs11_chain";
const TIMESTAMP_URL: &str = "signing_msi_timestamp_url";
/// How long one signature may take. One takes less than a second, and a token or a time stamp a few.
const MAX_DEADLINE: Duration = Duration::from_secs(60);
/// What Windows says that it is about to install.
const DESCRIPTION: &str = "Fleet osquery";
const DESCRIPTION_URL: &str = "https://fleetdm.com";

/// The signer of msis, if a certificate is set. It has signed once before it is given.
pub(super) async fn load_msi_signer(
    signing: &Signing,
    build_timeout: Duration,
    environment: Environment<'_>,
    clock: &Arc<dyn Clock>,
) -> Result<Option<AuthenticodeSigner>, StartError> {
    let (certificate, credentials) = match (&signing.signing_msi_pkcs12, &signing.signing_msi_pkcs11_module) {
        (Some(file), _) => (PKCS12, pkcs12(signing, file, environment)?),
        (None, Some(module)) => (URI, pkcs11(signing, module.clone(), environment)?),
        (None, None) => return Ok(None),
    };
    let time_stamps = signing.signing_msi_timestamp_url.as_ref().map(|url| {
        let authority = TimeStampAuthority::new(url.clone(), &HttpSettings::default(), Arc::clone(clock));
        authority.map_err(|source| StartError::HttpClient {
            key: TIMESTAMP_URL,
            source,
        })
    });
    if time_stamps.is_none() {
        tracing::warn!(
            "{TIMESTAMP_URL} is not set: signatures of msi packages do not count any more once the certificate has expired"
        );
    }
    let settings = AuthenticodeSettings {
        tool: signing.signing_msi_tool.clone(),
        scratch: signing.signing_msi_scratch_dir.clone(),
        time_stamps: time_stamps.transpose()?,
        description: DESCRIPTION.to_owned(),
        description_url: DESCRIPTION_URL.to_owned(),
        // So that the build that waits for it has time left to say so.
        deadline: MAX_DEADLINE.min(build_timeout / 2),
        credentials,
    };
    let signer = AuthenticodeSigner::new(settings, clock.now()).await;
    let signer = signer.map_err(|source| StartError::Authenticode {
        key: key(&source, certificate),
        source,
    })?;
    let (name, expires) = (signer.name(), signer.expires_at());
    tracing::info!(name, %expires, "{certificate}: msi packages are signed with this certificate");
    Ok(Some(signer))
}

fn pkcs12(
    signing: &Signing,
    file: &SecretRef,
    environment: Environment<'_>,
) -> Result<AuthenticodeCredentials, StartError> {
    let file = resolve(PKCS12, file, environment)?;
    Ok(AuthenticodeCredentials::Pkcs12 {
        file: Zeroizing::new(file.as_bytes().to_vec()),
        password: text(PASSWORD, signing.signing_msi_password.as_ref(), environment)?,
    })
}

fn pkcs11(
    signing: &Signing,
    module: std::path::PathBuf,
    environment: Environment<'_>,
) -> Result<AuthenticodeCredentials, StartError> {
    let uri = signing.signing_msi_pkcs11_uri.clone();
    let uri = uri.ok_or(StartError::Incomplete(
        "signing_msi_pkcs11_module needs signing_msi_pkcs11_uri",
    ))?;
    let variable = |name: &String| Some((OsString::from(name), environment(name)?));
    Ok(AuthenticodeCredentials::Pkcs11(Pkcs11Token {
        module,
        uri,
        issuers_pem: signing
            .signing_msi_pkcs11_chain
            .as_deref()
            .map(|path| read(CHAIN, path))
            .transpose()?
            .unwrap_or_default(),
        pin: text(PIN, signing.signing_msi_pin.as_ref(), environment)?,
        environment: signing
            .signing_msi_pkcs11_environment
            .iter()
            .filter_map(variable)
            .collect(),
    }))
}

fn text(
    key: &'static str,
    reference: Option<&SecretRef>,
    environment: Environment<'_>,
) -> Result<Option<Zeroizing<String>>, StartError> {
    let secret = reference
        .map(|reference| resolve(key, reference, environment))
        .transpose()?;
    let text = secret.as_ref().map(|secret| secret_text(key, secret)).transpose()?;
    Ok(text.map(|text| Zeroizing::new(text.to_owned())))
}

/// The setting that an error is about.
fn key(error: &AuthenticodeError, certificate: &'static str) -> &'static str {
    match error.concern() {
        Concern::Tool => "signing_msi_tool",
        Concern::Scratch => "signing_msi_scratch_dir",
        Concern::Certificate | Concern::Nothing => certificate,
        Concern::Password => PASSWORD,
        Concern::Module => MODULE,
        Concern::Uri => URI,
        Concern::Pin => PIN,
        Concern::Issuers => CHAIN,
        Concern::TimeStamp => TIMESTAMP_URL,
    }
}
