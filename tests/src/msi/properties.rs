//! Properties ("Property Table", `SecureCustomProperties`, `ProductVersion`; ICE24, ICE46, ICE61): those that every package has, and how
//! they are written; public ones, which cross to the service, are in upper case.

use super::category::guid;
use super::database::Database;
use super::fault::Fault;

const REQUIRED: [&str; 5] = [
    "ProductCode",
    "ProductLanguage",
    "Manufacturer",
    "ProductVersion",
    "ProductName",
];

/// Folders that Windows Installer knows ("Property Reference", system folders).
const SYSTEM_FOLDERS: [&str; 12] = [
    "ProgramFilesFolder",
    "ProgramFiles64Folder",
    "CommonFilesFolder",
    "CommonFiles64Folder",
    "CommonAppDataFolder",
    "LocalAppDataFolder",
    "AppDataFolder",
    "SystemFolder",
    "System64Folder",
    "WindowsFolder",
    "TempFolder",
    "WindowsVolume",
];

/// Properties that Windows Installer sets.
const STANDARD: [&str; 16] = [
    "TARGETDIR",
    "SourceDir",
    "Installed",
    "REMOVE",
    "REINSTALL",
    "REINSTALLMODE",
    "UPGRADINGPRODUCTCODE",
    "UILevel",
    "VersionNT",
    "VersionNT64",
    "VersionMsi",
    "Privileged",
    "ComputerName",
    "CustomActionData",
    "UserSID",
    "LogonUser",
];

/// Whether a folder's name is Windows Installer's.
pub(super) fn is_system_folder(name: &str) -> bool {
    SYSTEM_FOLDERS.contains(&name)
}

/// Whether something gives a property its value: the package, Windows Installer, or whoever installs.
pub(super) fn is_known(database: &Database, name: &str) -> bool {
    STANDARD.contains(&name)
        || is_system_folder(name)
        || secure(database).any(|secure| secure == name)
        || ["Property", "Directory", "AppSearch"]
            .iter()
            .any(|table| database.has(table, name))
        || database.rows("Upgrade").any(|row| row.text("ActionProperty") == name)
        || database
            .rows("CustomAction")
            .any(|action| super::custom_actions::property(&action) == Some(name))
}

fn secure(database: &Database) -> impl Iterator<Item = &str> {
    value(database, "SecureCustomProperties")
        .split(';')
        .filter(|name| !name.is_empty())
}

fn value<'a>(database: &'a Database, property: &str) -> &'a str {
    database
        .row("Property", property)
        .map(|row| row.text("Value"))
        .unwrap_or_default()
}

pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    for name in REQUIRED.iter().filter(|name| value(database, name).is_empty()) {
        faults.push(Fault::new("property", "Property", format!("there is no {name}")));
    }
    for name in ["ProductCode", "UpgradeCode"] {
        let code = value(database, name);
        if !code.is_empty()
            && let Err(fault) = guid(code)
        {
            faults.push(Fault::new("property", format!("Property [{name}]"), fault));
        }
    }
    if !is_product_version(value(database, "ProductVersion")) {
        faults.push(Fault::new(
            "property",
            "Property [ProductVersion]",
            "it is at most 255.255.65535",
        ));
    }
    for name in secure(database).filter(|name| !is_public(name)) {
        faults.push(Fault::new(
            "public",
            "Property [SecureCustomProperties]",
            format!("{name} is not public"),
        ));
    }
    // Values with which a search ends cross to the service, or the decision made of them is lost.
    for row in database.rows("Upgrade") {
        let name = row.text("ActionProperty");
        if !is_public(name) || !secure(database).any(|secure| secure == name) {
            faults.push(Fault::at(
                "secure",
                &row,
                "ActionProperty",
                "it is no public property that is secure",
            ));
        }
    }
}

/// Names without lower case are public.
fn is_public(name: &str) -> bool {
    super::category::identifier(name).is_ok() && !name.chars().any(|character| character.is_ascii_lowercase())
}

/// Three numbers, of which the first two have a byte; what follows the third is ignored.
fn is_product_version(text: &str) -> bool {
    let numbers: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    numbers.is_some_and(|numbers| {
        let limits = [255, 255, 65535, 65535];
        (1..=4).contains(&numbers.len()) && numbers.iter().zip(limits).all(|(number, limit)| *number <= limit)
    })
}
