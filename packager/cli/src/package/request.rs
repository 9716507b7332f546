//! From flags to what is asked for.

use std::path::Path;

use packager_api::{CreateRequest, FieldProblem, SecretText};
use packager_signing::ReleasePublicKey;
use packager_spec::{CertificateChain, PackageSpec, TlsClientIdentity};
use url::Url;

use super::bounded_file::{read, read_text};
use super::flags::PackageFlags;
use crate::error::Error;
use crate::remote;

/// The bound that the contract has for certificates, keys and flagfiles. What is beyond it is not read.
const TEXT_LIMIT_BYTES: usize = 64 << 10;
/// The bound that the TUF client has for a root.
const ROOT_LIMIT_BYTES: usize = 512 << 10;
/// An Ed25519 public key in PEM has some hundred bytes, with room for comments.
const KEY_LIMIT_BYTES: usize = 4 << 10;

/// The request that the flags make, with the files that they name read in. Values are not judged here.
pub(crate) fn request(flags: &PackageFlags, enroll_secret: Option<SecretText>) -> Result<CreateRequest, Error> {
    let (enrollment, agent, updates) = (&flags.enrollment, &flags.agent, &flags.updates);
    Ok(CreateRequest {
        package_type: given(Some(&agent.package_type)),
        fleet_url: given(enrollment.fleet_url.as_ref()).map(|url| SecretText::from(with_scheme(url))),
        enroll_secret,
        retry: flags.output.retry.then_some(true),
        arch: given(agent.arch.as_ref()),
        fleet_certificate: text("--fleet-certificate", enrollment.fleet_certificate.as_deref())?,
        insecure: enrollment.insecure,
        orbit_channel: given(updates.orbit_channel.as_ref()),
        osqueryd_channel: given(updates.osqueryd_channel.as_ref()),
        desktop_channel: given(updates.desktop_channel.as_ref()),
        disable_updates: updates.disable_updates,
        debug: agent.debug,
        fleet_desktop: agent.fleet_desktop,
        update_interval: given(updates.update_interval.as_ref()),
        osquery_flagfile: text("--osquery-flagfile", agent.osquery_flagfile.as_deref())?,
        service: agent.service,
        enable_scripts: agent.enable_scripts,
        disable_keystore: agent.disable_keystore,
        disable_setup_experience: agent.disable_setup_experience,
        bypass_end_user_auth: agent.bypass_end_user_auth,
        fleet_managed_host_identity_certificate: enrollment.fleet_managed_host_identity_certificate,
        use_system_configuration: enrollment.use_system_configuration,
        host_identifier: given(enrollment.host_identifier.as_ref()),
        end_user_email: secret(enrollment.end_user_email.as_ref()),
        osquery_db: secret(agent.osquery_db.as_ref()),
        fleet_desktop_alternative_browser_host: secret(agent.fleet_desktop_alternative_browser_host.as_ref()),
        fleet_tls_client_certificate: text(
            "--fleet-tls-client-certificate",
            enrollment.fleet_tls_client_certificate.as_deref(),
        )?,
        fleet_tls_client_key: text("--fleet-tls-client-key", enrollment.fleet_tls_client_key.as_deref())?,
        // A repository in a local folder is for fetching alone: no host could use its URL.
        update_url: secret(updates.update_url.as_ref()).filter(|url| !is_file_url(url.expose_secret())),
        update_tls_certificate: text("--update-tls-certificate", updates.update_tls_certificate.as_deref())?,
    })
}

/// The spec that the request makes, or every problem under the name of its flag.
pub(crate) fn spec(request: &CreateRequest) -> Result<PackageSpec, Error> {
    PackageSpec::from_request(request).map_err(Error::Flags)
}

/// The client certificate for the update repository, if there is one.
pub(crate) fn update_tls_client(flags: &PackageFlags) -> Result<Option<TlsClientIdentity>, Error> {
    let (certificate_flag, key_flag) = ("update-tls-client-certificate", "update-tls-client-key");
    let certificate = flags.updates.update_tls_client_certificate.as_deref();
    let key = flags.updates.update_tls_client_key.as_deref();
    let (certificate, key) = match (certificate.filter(is_given), key.filter(is_given)) {
        (None, None) => return Ok(None),
        (Some(certificate), Some(key)) => (certificate, key),
        (Some(_), None) => {
            return Err(problem(
                key_flag,
                format!("must be given together with --{certificate_flag}"),
            ));
        }
        (None, Some(_)) => {
            return Err(problem(
                certificate_flag,
                format!("must be given together with --{key_flag}"),
            ));
        }
    };
    let certificate = read_text("--update-tls-client-certificate", certificate, TEXT_LIMIT_BYTES)?;
    let key = read_text("--update-tls-client-key", key, TEXT_LIMIT_BYTES)?;
    let chain = CertificateChain::try_from(certificate.expose_secret())
        .map_err(|error| problem(certificate_flag, error.to_string()))?;
    TlsClientIdentity::new(chain, key.expose_secret())
        .map(Some)
        .map_err(|error| problem(key_flag, error.to_string()))
}

/// The trusted root that `--update-roots` gives: its text as fleetctl takes it, or the path of its file.
pub(crate) fn update_roots(flags: &PackageFlags) -> Result<Option<Vec<u8>>, Error> {
    match flags.updates.update_roots.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(json) if json.starts_with('{') => Ok(Some(json.as_bytes().to_vec())),
        Some(path) => Ok(Some(
            read("--update-roots", Path::new(path), ROOT_LIMIT_BYTES)?.to_vec(),
        )),
    }
}

/// Reads the private authorities that vouch for a service.
pub(crate) fn remote_ca(flags: &PackageFlags) -> Result<Option<Vec<u8>>, Error> {
    match flags.output.remote_ca.as_deref() {
        None => Ok(None),
        Some(path) => Ok(Some(read("--remote-ca", path, ROOT_LIMIT_BYTES)?.to_vec())),
    }
}

/// Reads the public half of the service's release key.
pub(crate) fn remote_public_key(flags: &PackageFlags) -> Result<Option<ReleasePublicKey>, Error> {
    const FLAG: &str = "--remote-public-key";
    let Some(path) = flags.output.remote_public_key.as_deref() else {
        return Ok(None);
    };
    let key = ReleasePublicKey::from_pem(&read(FLAG, path, KEY_LIMIT_BYTES)?);
    key.map(Some)
        .map_err(|error| remote::Error::Flag(FLAG, Box::new(error)).into())
}

/// The flag that a field of a request comes from.
pub(crate) fn flag_of(field: &str) -> String {
    format!("--{}", field.replace('_', "-"))
}

/// The repository that is fetched from, if it was named.
pub(crate) fn update_url(flags: &PackageFlags) -> Result<Option<Url>, Error> {
    let Some(url) = given(flags.updates.update_url.as_ref()) else {
        return Ok(None);
    };
    match Url::parse(&url) {
        Ok(url) => Ok(Some(url)),
        Err(error) => Err(problem("update-url", format!("must be an absolute URL: {error}"))),
    }
}

/// fleetctl takes `host:port` for a Fleet server, and means https.
fn with_scheme(url: String) -> String {
    if url.contains("://") {
        url
    } else {
        format!("https://{url}")
    }
}

fn is_file_url(url: &str) -> bool {
    url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
}

fn problem(flag: &str, detail: String) -> Error {
    Error::Flags(vec![FieldProblem::new(flag, detail)])
}

/// An empty value counts as not given, as with fleetctl.
fn given(value: Option<&String>) -> Option<String> {
    value.filter(|value| !value.is_empty()).cloned()
}

fn secret(value: Option<&String>) -> Option<SecretText> {
    given(value).map(SecretText::from)
}

fn is_given(path: &&Path) -> bool {
    !path.as_os_str().is_empty()
}

fn text(flag: &str, path: Option<&Path>) -> Result<Option<SecretText>, Error> {
    path.filter(is_given)
        .map(|path| read_text(flag, path, TEXT_LIMIT_BYTES))
        .transpose()
}
