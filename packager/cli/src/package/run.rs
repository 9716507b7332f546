//! The steps of the command.

use std::path::PathBuf;
use std::sync::Arc;

use packager_api::CreateRequest;
use packager_artifact::Sha256Digest;
use packager_spec::PackageSpec;
use url::Url;

use super::enroll_secret::enroll_secret;
use super::flags::PackageFlags;
use super::output::Output;
use super::request;
use super::verify::verify;
use crate::error::Error;
use crate::interrupt::or_interrupted;
use crate::local::{self, Source};
use crate::logging::{self, Verbosity};
use crate::remote::{Connection, Route, Service, TokioPause};
use crate::{progress, terminal};

/// Builds the package that the flags ask for and prints its path.
pub(crate) async fn run(flags: PackageFlags) -> Result<(), Error> {
    let is_verbose = flags.output.verbose == Some(true);
    logging::init(if is_verbose {
        Verbosity::Verbose
    } else {
        Verbosity::Quiet
    });
    flags.elsewhere.check(&flags.agent.package_type)?;
    let secret = enroll_secret(&flags.enrollment, std::io::stdin().lock(), |name| {
        std::env::var_os(name)
    })?;
    let request = request::request(&flags, secret)?;
    let spec = request::spec(&request)?;
    let output = Output::new(flags.output.outfile.as_deref(), spec.package_type)?;
    let path = or_interrupted(async {
        match &flags.output.remote {
            Some(url) => remotely(&flags, url, &request, &spec, &output).await,
            None => locally(&flags, spec, &output).await,
        }
    })
    .await?;
    terminal::result(&path.display().to_string())
}

async fn locally(flags: &PackageFlags, spec: PackageSpec, output: &Output) -> Result<PathBuf, Error> {
    let client = request::update_tls_client(flags)?;
    let source = Source {
        url: request::update_url(flags)?,
        root: request::update_roots(flags)?,
        private_ca_pem: spec
            .update_tls_certificate
            .as_ref()
            .map(|chain| chain.as_pem().as_bytes().to_vec()),
        client: client.clone(),
    };
    let spec = match client {
        Some(identity) => spec.with_update_tls_client(identity),
        None => spec,
    };
    let progress = progress::for_person(flags.output.verbose == Some(true));
    let workshop = local::Workshop::open(source, flags.output.cache_dir.as_deref()).await?;
    let built = workshop.build(&spec, &*progress).await?;
    let package = output.begin()?;
    workshop.write(&built.artifact, package.writer()?).await?;
    drop(progress);
    if flags.output.verify {
        verify(
            &package,
            spec.package_type,
            built.artifact.sha256(),
            built.artifact.size_bytes(),
        )
        .await?;
    }
    output.finish(package, built.artifact.file_name())
}

async fn remotely(
    flags: &PackageFlags,
    url: &Url,
    request: &CreateRequest,
    spec: &PackageSpec,
    output: &Output,
) -> Result<PathBuf, Error> {
    refuse_local_flags(flags)?;
    let connection = Connection {
        private_ca_pem: request::remote_ca(flags)?,
        route: Route::Proxies,
    };
    let service = Service::new(url, &connection, Arc::new(TokioPause), request.enroll_secret.clone())?;
    if service.is_in_the_clear() {
        tracing::warn!("the secret goes to the service over http: whoever is on the way can read it");
    }
    let progress = progress::for_person(flags.output.verbose == Some(true));
    let id = service.create(request).await?;
    let success = service.finished(id, &*progress).await?;
    let package = output.begin()?;
    service.download(&success, package.writer()?, &*progress).await?;
    drop(progress);
    if flags.output.verify {
        let promised: Sha256Digest = success
            .sha256
            .parse()
            .map_err(Error::failed("the service's checksum cannot be read"))?;
        verify(&package, spec.package_type, promised, success.size).await?;
    }
    output.finish(package, &success.file_name)
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
    Ok(())
}
