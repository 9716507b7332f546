//! The trees that an installer's files come in, on each platform.

use packager_formats::{Format, Tree};
use packager_spec::PackageSpec;

use crate::{Component, Error, Fetched, Platform, linux, macos, windows};

/// Files that are the same in all packages of a format. The other trees rely on its directories.
///
/// # Errors
/// None in practice: the paths are constants.
pub fn base_tree(format: Format) -> Result<Tree, Error> {
    match format {
        Format::Deb | Format::Rpm | Format::Arch => linux::base_tree(format),
        Format::Pkg => macos::base_tree(),
        Format::Msi => windows::base_tree(),
    }
}

/// Files of one program, which lie below `bin/<program>/<platform>/<channel>` of the agent's folder.
///
/// # Errors
/// [`Error::Component`] if the target is not in the form that it has for its platform; [`Error::Tree`] if a path in an
/// archive cannot stand in a package.
pub fn component_tree(component: &Component, fetched: &Fetched) -> Result<Tree, Error> {
    match component.platform {
        Platform::Linux(_) => linux::component_tree(component, fetched),
        Platform::MacOs => macos::component_tree(component, fetched),
        Platform::Windows(_) => windows::component_tree(component, fetched),
    }
}

/// Files of one package alone. `update_url` is the repository that the builder uses.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub fn own_tree(spec: &PackageSpec, update_url: &str) -> Result<Tree, Error> {
    match Platform::of(spec) {
        Platform::Linux(_) => linux::own_tree(spec, update_url),
        Platform::MacOs => macos::own_tree(spec, update_url),
        Platform::Windows(_) => windows::own_tree(spec),
    }
}
