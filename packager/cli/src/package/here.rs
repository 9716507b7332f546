//! Building the package on this machine.

use packager_api::Versions;
use packager_spec::PackageSpec;

use super::files::Files;
use super::flags::PackageFlags;
use super::outcome::Outcome;
use super::output::Output;
use super::request;
use super::verify::verify;
use crate::error::Error;
use crate::local::{self, Source};
use crate::progress;

/// Builds the package and puts it where it goes, with the configuration profile if there is one.
pub(super) async fn build(flags: &PackageFlags, spec: PackageSpec, output: &Output) -> Result<Outcome, Error> {
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
    let mut files = Files::from(output.begin()?);
    workshop.write(&built.artifact, files.package.writer()?).await?;
    if let Some(profile) = &built.profile {
        let file = output.begin()?;
        file.write(profile.expose())?;
        files.profile = Some(file);
    }
    drop(progress);
    let (sha256, size_bytes) = (built.artifact.sha256(), built.artifact.size_bytes());
    if flags.output.verify {
        verify(&files.package, spec.package_type, sha256, size_bytes).await?;
    }
    Ok(Outcome {
        files: output.finish(files, built.artifact.file_name())?,
        package_type: spec.package_type,
        file_name: built.artifact.file_name().to_owned(),
        size_bytes,
        sha256: sha256.to_string(),
        // There are no keys here.
        signed: false,
        versions: Versions {
            orbit: built.versions.orbit,
            osqueryd: built.versions.osqueryd,
            desktop: built.versions.desktop,
        },
        expires_at: None,
    })
}
