//! One build: from what is asked for to a finished artifact. The service's workers and the local command share it.

mod ahead;
mod builder;
mod built;
mod error;
mod everybodys;
mod finisher;
mod msi_signer;
mod notarized;
mod pkg_signer;
mod release;
mod shared_parts;
mod stored_blocks;

pub use builder::{Builder, BuilderSettings};
pub use built::Built;
pub use error::BuildError;
pub use finisher::Signers;
pub use pkg_signer::PkgSigner;

use packager_formats::Format;
use packager_spec::PackageType;

/// The format of a package type.
#[must_use]
pub const fn format_of(package_type: PackageType) -> Format {
    match package_type {
        PackageType::Deb => Format::Deb,
        PackageType::Rpm => Format::Rpm,
        PackageType::Arch => Format::Arch,
        PackageType::Pkg => Format::Pkg,
        PackageType::Msi => Format::Msi,
    }
}
