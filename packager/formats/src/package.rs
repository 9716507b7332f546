//! What a package says of itself, in words that all formats share.

use crate::msi::Product;
use crate::pkg::SignatureEntry;

/// The architecture that a package is for. Each format has its own names for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Architecture {
    /// 64-bit x86.
    Amd64,
    /// 64-bit ARM.
    Arm64,
}

/// Bodies of maintainer scripts for `/bin/sh`, without the first line. What arguments they get is the format's matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scripts {
    /// Runs before files are unpacked.
    pub pre_install: Option<String>,
    /// Runs after files are unpacked.
    pub post_install: Option<String>,
    /// Runs before files are removed.
    pub pre_remove: Option<String>,
    /// Runs after files are removed.
    pub post_remove: Option<String>,
    /// Runs after everything that was asked for along with the package is installed and removed, what it takes the
    /// place of included. rpm alone has such a moment.
    pub post_transaction: Option<String>,
}

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The package's name.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its name in reverse domain notation, for macOS.
    pub identifier: String,
    /// The version of what is packaged, as its makers write it (a semantic version, or anything like one).
    pub version: String,
    /// The architecture that it is for.
    pub architecture: Architecture,
    /// Who maintains it.
    pub maintainer: String,
    /// One line that says what it is.
    pub description: String,
    /// The licences of what it installs, as an SPDX expression.
    pub license: String,
    /// Its home page.
    pub homepage: String,
    /// The archive section that it belongs to.
    pub section: String,
    /// The time that all entries carry, in seconds since 1970-01-01 UTC. An input, so that the same input gives the
    /// same bytes.
    pub build_time: u64,
    /// Maintainer scripts.
    pub scripts: Scripts,
    /// The signatures that it is to have room for, for a format that names them in what is signed: a pkg. None for none.
    pub signatures: Vec<SignatureEntry>,
    /// What Windows Installer has to know of it, for an msi.
    pub product: Option<Product>,
}
