//! What an msi says of its product beyond what packages of all formats say.

use uuid::Uuid;

use super::Formatted;

/// A product of Windows Installer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// Who makes it.
    pub manufacturer: String,
    /// Another one for each package: equal ones are the same installation to Windows Installer.
    pub product_code: Uuid,
    /// Another one for each package: Windows Installer takes two packages with equal ones for copies of one file.
    pub package_code: Uuid,
    /// The same for all packages that take each other's place, whatever their versions.
    pub upgrade_code: Uuid,
    /// The name of its one feature. What is known of a feature goes over to the next package by this name.
    pub feature: String,
    /// Other products whose place it takes.
    pub supersedes: Vec<Superseded>,
    /// What is called by names that are known elsewhere. Everything else is named after its path.
    pub known: Vec<Known>,
    /// Where the registry of a host says where the product's folder, the first directory of the tree, is: it is written there, and
    /// looked up by whatever is done later, upgrades included.
    pub folder_in_registry: Option<RegistryValue>,
    /// Properties that can be given on the command line of `msiexec`, with their defaults.
    pub properties: Vec<Property>,
    /// The service, if one is installed.
    pub service: Option<Service>,
    /// What is done besides what tables can say.
    pub scripts: Vec<Script>,
}

/// A product whose place another one takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Superseded {
    /// Its upgrade code.
    pub upgrade_code: Uuid,
    /// The property that says that it was there, in upper case.
    pub property: String,
}

/// What a directory or the component of a file is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The directory's or the file's path in the tree.
    pub path: String,
    /// The directory's name in tables, by which it can also be set on the command line if it is in upper case.
    pub directory: Option<String>,
    /// The component's name and code.
    pub component: Option<(String, Uuid)>,
}

/// A text value below `HKEY_LOCAL_MACHINE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryValue {
    /// The key.
    pub key: String,
    /// The value's name.
    pub name: String,
}

/// A property that can be given on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// Its name, in upper case.
    pub name: String,
    /// Its value if none is given. None for an empty one.
    pub default: Option<String>,
    /// Whether logs must not have it.
    pub is_secret: bool,
}

/// A Windows service that runs as `LocalSystem`, starts with the host, and is started again a second after it failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The path of its program in the tree.
    pub program: String,
    /// Its environment, `NAME=value` each. Every user of the host can read it.
    pub environment: Vec<Formatted>,
}

/// When a script runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// When services are stopped, and files are still there.
    Stopped,
    /// When services are stopped and files removed, and nothing new is there.
    Removed,
    /// When files are installed and services are not.
    Installed,
}

/// `JScript` that Windows Installer runs with the rights of the system. The data is the property `CustomActionData`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// Its name.
    pub name: String,
    /// The script.
    pub code: &'static str,
    /// What it gets.
    pub data: Formatted,
    /// Whether logs must not have what it gets.
    pub is_secret: bool,
    /// Whether it runs (Windows Installer SDK, "Conditional Statement Syntax").
    pub condition: String,
    /// When it runs.
    pub moment: Moment,
    /// Whether the installation goes on when it fails.
    pub may_fail: bool,
}
