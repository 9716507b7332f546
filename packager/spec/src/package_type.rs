//! `type`

use std::fmt;

use crate::InvalidValue;

/// The kind of package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackageType {
    /// Debian's.
    Deb,
    /// RPM's.
    Rpm,
    /// Windows Installer's.
    Msi,
    /// macOS's flat package, for both architectures at once.
    Pkg,
    /// Arch Linux's, `pkg.tar.zst`.
    Arch,
}

impl PackageType {
    /// Every type.
    pub const ALL: [Self; 5] = [Self::Deb, Self::Rpm, Self::Msi, Self::Pkg, Self::Arch];

    /// The contract's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deb => "deb",
            Self::Rpm => "rpm",
            Self::Msi => "msi",
            Self::Pkg => "pkg",
            Self::Arch => "pkg.tar.zst",
        }
    }

    /// Whether it is for Linux hosts.
    #[must_use]
    pub const fn is_linux(self) -> bool {
        matches!(self, Self::Deb | Self::Rpm | Self::Arch)
    }
}

impl fmt::Display for PackageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<&str> for PackageType {
    type Error = InvalidValue;

    fn try_from(word: &str) -> Result<Self, InvalidValue> {
        Self::ALL
            .into_iter()
            .find(|package_type| package_type.as_str() == word)
            .ok_or_else(|| InvalidValue::new("must be deb, rpm, msi, pkg or pkg.tar.zst"))
    }
}
