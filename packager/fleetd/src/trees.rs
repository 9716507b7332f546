//! The trees that an installer's files come in, on each platform.

use packager_formats::{Format, Tree};
use packager_spec::PackageSpec;

use crate::{Component, Error, Fetched, Platform, linux, macos};

/// Files that are the same in all packages of a format. The other trees rely on its directories.
///
/// # Errors
/// None in practice: the paths are constants.
pub fn base_tree(format: Format) -> Result<Tree, Error> {
    match format {
        Format::Deb | Format::Rpm | Format::Arch => linux::base_tree(format),
        Format::Pkg => macos::base_tree(),
    }
}

/// Files of one program, which lie below `opt/orbit/bin/<program>/<platform>/<channel>`.
///
/// # Errors
/// [`Error::Component`] if the target is not in the form that it has for its platform; [`Error::Tree`] if a path in an
/// archive cannot stand in a package.
pub fn component_tree(component: &Component, fetched: &Fetched) -> Result<Tree, Error> {
    match component.platform {
        Platform::Linux(_) => linux::component_tree(component, fetched),
        Platform::MacOs => macos::component_tree(component, fetched),
        Platform::Windows(_) => Err(Error::Component {
            component: component.program.as_str(),
            reason: "installers for Windows are not built yet",
        }),
    }
}

/// Files of one package alone. `update_url` is the repository that the builder uses.
///
/// # Errors
/// [`Error::Tree`] if a value has a control character.
pub fn own_tree(spec: &PackageSpec, update_url: &str) -> Result<Tree, Error> {
    if spec.package_type.is_linux() {
        linux::own_tree(spec, update_url)
    } else {
        macos::own_tree(spec, update_url)
    }
}
