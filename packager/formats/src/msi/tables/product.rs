//! The product: properties, what it takes the place of, its one feature.

use super::super::database::{Cell, Database};
use super::super::version::product_version;
use super::super::{Product, names};
use super::Names;
use crate::{Error, Package};

/// United States English.
const LANGUAGE: &str = "1033";
/// All packages with the same upgrade code, of whatever version: `msidbUpgradeAttributesVersionMinInclusive` with a lowest version of 0.
const ANY_VERSION: i32 = 256;
/// `msidbUpgradeAttributesMigrateFeatures`.
const SAME_FEATURES: i32 = 1;
/// The property that says that there was an older or newer package of the product, as `WiX` names it.
const UPGRADE_DETECTED: &str = "WIX_UPGRADE_DETECTED";
/// `HKEY_LOCAL_MACHINE`.
const LOCAL_MACHINE: i32 = 2;
/// `msidbLocatorTypeRawValue` and `msidbLocatorType64bit`.
const RAW_VALUE: i32 = 2 + 16;

pub(super) fn insert(database: &mut Database, names: &Names<'_>, package: &Package) -> Result<(), Error> {
    let product = names.0;
    insert_properties(database, package, product)?;
    let mut supersedes = vec![(product.upgrade_code, UPGRADE_DETECTED, ANY_VERSION + SAME_FEATURES)];
    supersedes.extend(
        product
            .supersedes
            .iter()
            .map(|other| (other.upgrade_code, other.property.as_str(), ANY_VERSION)),
    );
    for (upgrade_code, property, attributes) in supersedes {
        let row: [Cell; 7] = [
            names::code(upgrade_code).into(),
            "0".into(),
            Cell::Null,
            Cell::Null,
            attributes.into(),
            Cell::Null,
            property.into(),
        ];
        database.insert("Upgrade", row)?;
    }
    if let (Some(value), Some((path, root))) = (&product.folder_in_registry, root(product)) {
        let signature = format!("{root}_IN_REGISTRY");
        let row: [Cell; 5] = [
            signature.as_str().into(),
            LOCAL_MACHINE.into(),
            (&value.key).into(),
            (&value.name).into(),
            RAW_VALUE.into(),
        ];
        database.insert("RegLocator", row)?;
        let (component, _) = names.component(path);
        let written: [Cell; 6] = [
            format!("{root}_Path").into(),
            LOCAL_MACHINE.into(),
            (&value.key).into(),
            (&value.name).into(),
            format!("[{root}]").into(),
            component.into(),
        ];
        database.insert("Registry", written)?;
        database.insert("AppSearch", [root.into(), signature.as_str().into()])?;
    }
    let feature: [Cell; 8] = [
        (&product.feature).into(),
        Cell::Null,
        package.title.as_str().into(),
        Cell::Null,
        // Hidden, installed by default.
        0.into(),
        1.into(),
        Cell::Null,
        0.into(),
    ];
    database.insert("Feature", feature)
}

fn insert_properties(database: &mut Database, package: &Package, product: &Product) -> Result<(), Error> {
    // Windows Installer takes no package without them.
    if package.title.is_empty() || product.manufacturer.is_empty() {
        return Err(Error::Invalid("the product or its manufacturer has no name".to_owned()));
    }
    let standard = [
        ("ALLUSERS", "1".to_owned()),
        ("ARPNOMODIFY", "yes".to_owned()),
        ("ARPNOREPAIR", "yes".to_owned()),
        ("ARPURLINFOABOUT", package.homepage.clone()),
        ("Manufacturer", product.manufacturer.clone()),
        ("MsiHiddenProperties", hidden(product)),
        ("ProductCode", names::code(product.product_code)),
        ("ProductLanguage", LANGUAGE.to_owned()),
        ("ProductName", package.title.clone()),
        ("ProductVersion", product_version(&package.version)?),
        // All files are replaced, older ones and newer ones, so that a downgrade is one.
        ("REINSTALLMODE", "amus".to_owned()),
        ("SecureCustomProperties", secure(product)),
        ("UpgradeCode", names::code(product.upgrade_code)),
    ];
    for (name, value) in standard {
        if !value.is_empty() {
            database.insert("Property", [name.into(), value.into()])?;
        }
    }
    for property in &product.properties {
        if let Some(default) = property.default.as_ref().filter(|default| !default.is_empty()) {
            database.insert("Property", [property.name.as_str().into(), default.into()])?;
        }
    }
    Ok(())
}

/// What logs must not have: secret properties, and what scripts get of them.
fn hidden(product: &Product) -> String {
    let properties = product.properties.iter().filter(|property| property.is_secret);
    let scripts = product.scripts.iter().filter(|script| script.is_secret);
    let names: Vec<_> = properties
        .map(|property| property.name.as_str())
        .chain(scripts.map(|script| script.name.as_str()))
        .collect();
    names.join(";")
}

/// What reaches the part of an installation that has the rights of the system.
fn secure(product: &Product) -> String {
    let properties = product.properties.iter().map(|property| property.name.as_str());
    let superseded = product.supersedes.iter().map(|other| other.property.as_str());
    let folder = root(product).map(|(_, root)| root);
    let names: Vec<_> = properties
        .chain(folder)
        .chain(superseded)
        .chain([UPGRADE_DETECTED])
        .collect();
    names.join(";")
}

/// The path of the product's folder, and its name.
fn root(product: &Product) -> Option<(&str, &str)> {
    let root = product.known.iter().find(|known| !known.path.contains('/'))?;
    Some((&root.path, root.directory.as_deref()?))
}
