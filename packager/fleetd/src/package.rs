//! What an installer says of itself.

use packager_formats::{Architecture, Package, Scripts};
use packager_spec::{PackageSpec, PackageType};

use crate::windows::{Codes, product};
use crate::{Error, linux, macos};

/// The package's name, texts and scripts. `version` is that of orbit; `build_time` is in seconds since 1970-01-01 UTC.
/// `update_url` is the repository that the builder uses. Two packages for Windows must not have the same `codes`.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub fn package(
    spec: &PackageSpec,
    update_url: &str,
    version: &str,
    build_time: u64,
    codes: Codes,
) -> Result<Package, Error> {
    Ok(Package {
        name: "fleet-osquery".to_owned(),
        title: "Fleet osquery".to_owned(),
        identifier: "com.fleetdm.orbit".to_owned(),
        version: version.to_owned(),
        architecture: match spec.architecture.unwrap_or_default() {
            packager_spec::Architecture::Amd64 => Architecture::Amd64,
            packager_spec::Architecture::Arm64 => Architecture::Arm64,
        },
        maintainer: "Fleet Device Management".to_owned(),
        description: "Fleet osquery -- runtime and autoupdater".to_owned(),
        // Of orbit and Fleet Desktop; of osquery.
        license: "MIT AND (Apache-2.0 OR GPL-2.0-only)".to_owned(),
        homepage: "https://fleetdm.com".to_owned(),
        section: "admin".to_owned(),
        build_time,
        scripts: match spec.package_type {
            PackageType::Pkg => macos::scripts(spec),
            PackageType::Deb | PackageType::Rpm | PackageType::Arch => linux::scripts::scripts(spec),
            PackageType::Msi => Scripts::default(),
        },
        signatures: Vec::new(),
        product: match spec.package_type {
            PackageType::Msi => Some(product(spec, update_url, codes)?),
            _ => None,
        },
    })
}
