//! One installer, through the API.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use packager_api::{CreateRequest, SecretText, Success};
use packager_spec::{Architecture, PackageType};
use uuid::Uuid;

use crate::error::Error;
use crate::package::{Files, Output};
use crate::progress::Silent;
use crate::remote::{Pause, Service};

/// The Fleet server that the sample installers enroll with. It does not exist (RFC 2606).
pub(super) const FLEET_URL: &str = "https://fleet.example.com";
/// The secret of the sample installers.
pub(super) const ENROLL_SECRET: &str = "sample-enroll-secret";

/// What kind of installer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    pub(super) package_type: PackageType,
    /// `None`: both.
    pub(super) architecture: Option<Architecture>,
    pub(super) fleet_desktop: bool,
}

/// An installer that was built, downloaded, and compared with its checksum.
pub(super) struct Installer {
    pub(super) id: Uuid,
    pub(super) success: Success,
    pub(super) path: PathBuf,
    /// From the request to the first word that it is ready.
    pub(super) build_time: Duration,
}

impl Kind {
    /// Every kind.
    pub(super) fn all() -> Vec<Self> {
        let mut kinds = Vec::new();
        for package_type in PackageType::ALL {
            let architectures: &[_] = if package_type == PackageType::Pkg {
                &[None]
            } else {
                &[Some(Architecture::Amd64), Some(Architecture::Arm64)]
            };
            for &architecture in architectures {
                kinds.extend([false, true].map(|fleet_desktop| Self {
                    package_type,
                    architecture,
                    fleet_desktop,
                }));
            }
        }
        kinds
    }

    /// Has the service build it, and downloads it to `folder`: with Fleet Desktop into a folder of its own, because
    /// its conventional name is the same.
    pub(super) async fn obtain(self, service: &Service, folder: &Path) -> Result<Installer, Error> {
        let request = CreateRequest {
            package_type: Some(self.package_type.to_string()),
            fleet_url: Some(SecretText::from(FLEET_URL)),
            enroll_secret: Some(SecretText::from(ENROLL_SECRET)),
            arch: self.architecture.map(|architecture| architecture.to_string()),
            fleet_desktop: Some(self.fleet_desktop),
            ..CreateRequest::default()
        };
        let begun = Instant::now();
        let id = service.create(&request).await?;
        let success = service.finished(id, &Silent).await?;
        let build_time = begun.elapsed();
        let folder = if self.fleet_desktop {
            folder.join("with-desktop")
        } else {
            folder.to_owned()
        };
        std::fs::create_dir_all(&folder).map_err(Error::io(format!("make {}", folder.display())))?;
        let output = Output::within(&folder, self.package_type);
        let package = output.begin()?;
        service.download(&success, package.writer()?, &Silent).await?;
        let path = output.finish(Files::from(package), &success.file_name)?.package;
        Ok(Installer {
            id,
            success,
            path,
            build_time,
        })
    }
}

/// Looks often, so that the build times are the service's and not those of the pauses: it is on this machine, and is
/// told not to count.
pub(super) struct Impatient;

impl Pause for Impatient {
    fn pause(&self, duration: Duration) -> BoxFuture<'_, ()> {
        tokio::time::sleep(duration.min(Duration::from_millis(10))).boxed()
    }
}
