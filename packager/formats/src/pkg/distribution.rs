//! `Distribution`: what Installer shows, and which component packages it installs (*Distribution Definition XML Schema
//! Reference*).

use super::package_info::component_identifier;
use super::xml::escape;
use crate::{Error, Package};

/// The folder in the archive that the component lies in.
pub(super) const COMPONENT: &str = "base.pkg";
/// The identifier of the only choice. Nobody sees it: there is nothing to choose.
const CHOICE: &str = "choiceBase";

/// The file.
///
/// `hostArchitectures` has both: without `arm64`, Installer would ask to install Rosetta. The second `pkg-ref` is one with the
/// first for Installer; the bundle's identifier in it is what a notarization names the package by.
///
/// # Errors
/// [`Error::Invalid`] if a text of `package` cannot stand in XML.
pub(super) fn distribution(package: &Package) -> Result<String, Error> {
    let (title, version) = (escape(&package.title)?, escape(&package.version)?);
    let (identifier, component) = (escape(&package.identifier)?, component_identifier(package)?);
    let description = escape(&package.description)?;
    Ok(format!(
        r#"<?xml version="1.0" encoding="utf-8"?>
<installer-gui-script minSpecVersion="2">
    <title>{title}</title>
    <options customize="never" require-scripts="false" allow-external-scripts="false" hostArchitectures="arm64,x86_64"/>
    <choices-outline>
        <line choice="{CHOICE}"/>
    </choices-outline>
    <choice id="{CHOICE}" title="{title}" description="{description}" enabled="false" selected="true">
        <pkg-ref id="{component}"/>
    </choice>
    <pkg-ref id="{component}" version="{version}" auth="root">#{COMPONENT}</pkg-ref>
    <pkg-ref id="{component}">
        <bundle-version>
            <bundle id="{identifier}" path=""/>
        </bundle-version>
    </pkg-ref>
</installer-gui-script>
"#
    ))
}
