//! The platforms that Fleet releases its agent for.

use packager_spec::{Architecture, PackageSpec, PackageType};

/// A platform of Fleet's update repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Platform {
    /// Linux.
    Linux(Architecture),
    /// macOS, universal executables.
    MacOs,
    /// Windows.
    Windows(Architecture),
}

impl Platform {
    /// The platform that a package is for.
    #[must_use]
    pub fn of(spec: &PackageSpec) -> Self {
        let architecture = spec.architecture.unwrap_or_default();
        match spec.package_type {
            PackageType::Deb | PackageType::Rpm | PackageType::Arch => Self::Linux(architecture),
            PackageType::Pkg => Self::MacOs,
            PackageType::Msi => Self::Windows(architecture),
        }
    }

    /// The platform's name in the paths of the update repository and of the agent's own folder on a host.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Linux(Architecture::Amd64) => "linux",
            Self::Linux(Architecture::Arm64) => "linux-arm64",
            Self::MacOs => "macos",
            Self::Windows(Architecture::Amd64) => "windows",
            Self::Windows(Architecture::Arm64) => "windows-arm64",
        }
    }
}
