//! Having a service build the package.

use std::sync::Arc;

use packager_api::{CreateRequest, Success};
use packager_artifact::Sha256Digest;
use packager_fleetd::configuration_profile;
use packager_signing::ReleasePublicKey;
use packager_spec::PackageSpec;
use url::Url;

use super::files::{Files, Unnamed};
use super::flags::PackageFlags;
use super::outcome::Outcome;
use super::output::Output;
use super::request;
use super::verify::verify;
use crate::error::Error;
use crate::progress::{self, Progress};
use crate::remote::{self, Connection, Route, Service, TokioPause};

/// Has the service at `url` build the package, and puts it where it goes with all that goes with it.
pub(super) async fn obtain(
    flags: &PackageFlags,
    url: &Url,
    request: &CreateRequest,
    spec: &PackageSpec,
    output: &Output,
) -> Result<Outcome, Error> {
    refuse_local_flags(flags)?;
    let connection = Connection {
        private_ca_pem: request::remote_ca(flags)?,
        ..Connection::by(Route::Proxies)
    };
    let release_key = request::remote_public_key(flags)?;
    let service = Service::new(url, &connection, Arc::new(TokioPause), request.enroll_secret.clone())?
        .trusting(release_key.clone());
    if service.is_in_the_clear() {
        tracing::warn!("the secret goes to the service over http: whoever is on the way can read it");
    }
    let progress = progress::for_person(flags.output.verbose == Some(true));
    let id = service.create(request).await?;
    let success = service.finished(id, &*progress).await?;
    // Before all those bytes.
    output.name(&success.file_name)?;
    let files = Files {
        signature: signature(&service, &success, output).await?,
        profile: profile(&service, &success, spec, release_key.as_ref(), output).await?,
        package: package(&service, &success, output, &*progress).await?,
    };
    drop(progress);
    if flags.output.verify {
        let promised: Sha256Digest = success
            .sha256
            .parse()
            .map_err(|_| remote::Error::Answer("its sha256 is not one"))?;
        verify(&files.package, spec.package_type, promised, success.size).await?;
    }
    Ok(Outcome {
        files: output.finish(files, &success.file_name)?,
        package_type: spec.package_type,
        file_name: success.file_name,
        size_bytes: success.size,
        sha256: success.sha256,
        signed: success.signed,
        versions: success.versions,
        expires_at: Some(success.expires_at),
    })
}

async fn package(
    service: &Service,
    success: &Success,
    output: &Output,
    progress: &dyn Progress,
) -> Result<Unnamed, Error> {
    let file = output.begin()?;
    service.download(success, file.writer()?, progress).await?;
    Ok(file)
}

async fn signature(service: &Service, success: &Success, output: &Output) -> Result<Option<Unnamed>, Error> {
    let Some(signature) = service.signature(success).await? else {
        return Ok(None);
    };
    let file = output.begin()?;
    file.write(&signature)?;
    Ok(Some(file))
}

/// The configuration profile of a package that has to come with one.
async fn profile(
    service: &Service,
    success: &Success,
    spec: &PackageSpec,
    release_key: Option<&ReleasePublicKey>,
    output: &Output,
) -> Result<Option<Unnamed>, Error> {
    let expected = configuration_profile(spec).map_err(|error| Error::Build(Box::new(error)))?;
    let Some(expected) = expected else { return Ok(None) };
    let profile = service.profile(success).await?;
    // The release key signs packages alone. Whoever does not trust the way that a package comes must not have his hosts
    // enroll where a profile says that was changed on that way.
    if release_key.is_some() && profile != expected {
        return Err(Error::Remote(remote::Error::Untrusted(
            "its configuration profile is not the one that was asked for",
        )));
    }
    let file = output.begin()?;
    file.write(&profile)?;
    Ok(Some(file))
}

/// What a service decides for itself must not seem to have an effect.
fn refuse_local_flags(flags: &PackageFlags) -> Result<(), Error> {
    let updates = &flags.updates;
    for (flag, is_given) in [
        ("--update-roots", updates.update_roots.is_some()),
        (
            "--update-tls-client-certificate",
            updates.update_tls_client_certificate.is_some(),
        ),
        ("--update-tls-client-key", updates.update_tls_client_key.is_some()),
    ] {
        if is_given {
            return Err(Error::Usage(format!(
                "{flag} cannot be used with --remote: the service has an update repository of its own"
            )));
        }
    }
    if request::update_url(flags)?.is_some_and(|url| url.scheme() == "file") {
        return Err(Error::Usage(
            "--update-url cannot be a file: URL with --remote: it is for hosts, and the service has an update repository \
             of its own"
                .to_owned(),
        ));
    }
    Ok(())
}
