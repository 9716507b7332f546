//! `PackageInfo`: what Installer must know of the component.

use std::fmt::Write as _;

use super::listed::{Listed, What};
use super::scripts::names;
use super::xml::escape;
use crate::{Error, Package};

/// The component's own identifier, ready to stand in XML: the receipts on a host are under it.
///
/// # Errors
/// [`Error::Invalid`] if the package's identifier is not one: letters, digits, hyphens and dots.
pub(super) fn component_identifier(package: &Package) -> Result<String, Error> {
    let identifier = &package.identifier;
    let is_word = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    if identifier.is_empty() || !identifier.chars().all(is_word) {
        return Err(Error::Invalid(format!(
            "{identifier:?} cannot be the identifier of a pkg"
        )));
    }
    Ok(format!("{identifier}.base.pkg"))
}

/// The file, for a payload of these files and the root.
///
/// No bundle is listed: Installer would look for ones that have been moved, and put the new ones there. Permissions of
/// directories that a host has are left alone (`overwrite-permissions`, which is off if it is not there).
///
/// # Errors
/// [`Error::Invalid`] if a text of `package` cannot stand in XML.
pub(super) fn package_info(package: &Package, files: &[Listed]) -> Result<String, Error> {
    let (identifier, version) = (component_identifier(package)?, escape(&package.version)?);
    let bytes = files.iter().map(|file| match file.what {
        What::File { size_bytes, .. } => u64::from(size_bytes),
        What::Directory | What::Symlink { .. } => 0,
    });
    let kilobytes = bytes.sum::<u64>().div_ceil(1024);
    let count = files.len() + 1;
    let mut scripts = String::new();
    for name in names(&package.scripts) {
        // Writing to a string does not fail.
        let _ = writeln!(scripts, "        <{name} file=\"./{name}\"/>");
    }
    Ok(format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<pkg-info format-version="2" identifier="{identifier}" version="{version}" install-location="/" auth="root">
    <payload numberOfFiles="{count}" installKBytes="{kilobytes}"/>
    <scripts>
{scripts}    </scripts>
    <bundle-version/>
</pkg-info>
"#
    ))
}
