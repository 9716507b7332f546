//! Services (the tables `ServiceInstall`, `ServiceControl`, `MsiServiceConfigFailureActions` and `MsiLockPermissionsEx`):
//! a service's program is the key path of its component; what is configured or locked is there; failure actions have as many
//! delays as actions.

use super::database::Database;
use super::fault::Fault;

/// `SERVICE_WIN32_OWN_PROCESS` and `SERVICE_WIN32_SHARE_PROCESS`.
const TYPES: [i32; 2] = [0x10, 0x20];
/// `SERVICE_INTERACTIVE_PROCESS`.
const INTERACTIVE: i32 = 0x100;
/// Where the tables that may be locked have their keys.
const LOCKABLE: [&str; 4] = ["File", "Registry", "CreateFolder", "ServiceInstall"];

pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    for service in database.rows("ServiceInstall") {
        let kind = service.number("ServiceType").unwrap_or_default();
        if !TYPES.contains(&(kind & !INTERACTIVE)) {
            faults.push(Fault::at(
                "service-type",
                &service,
                "ServiceType",
                "Windows Installer installs no such services",
            ));
        }
        if service.text("Name").contains(['/', '\\']) || service.text("Name").len() > 256 {
            faults.push(Fault::at(
                "service-name",
                &service,
                "Name",
                "a service cannot be called so",
            ));
        }
        let component = database.row("Component", service.text("Component_"));
        let program = component.map(|component| component.text("KeyPath")).unwrap_or_default();
        if !database.has("File", program) {
            faults.push(Fault::at(
                "service-program",
                &service,
                "Component_",
                "its component's key path is no file",
            ));
        }
    }
    let installed = |name: &str| {
        database
            .rows("ServiceInstall")
            .any(|service| service.text("Name") == name)
    };
    for (table, column) in [
        ("ServiceControl", "Name"),
        ("MsiServiceConfigFailureActions", "Name"),
        ("MsiServiceConfig", "Name"),
    ] {
        for row in database.rows(table).filter(|row| !installed(row.text(column))) {
            faults.push(Fault::at(
                "service",
                &row,
                column,
                "the package installs no such service",
            ));
        }
    }
    for row in database.rows("MsiServiceConfigFailureActions") {
        let count = |column| row.text(column).split("[~]").filter(|part| !part.is_empty()).count();
        if count("Actions") != count("DelayActions") {
            faults.push(Fault::at(
                "failure-actions",
                &row,
                "DelayActions",
                "there are not as many as actions",
            ));
        }
    }
    for row in database.rows("MsiLockPermissionsEx") {
        let table = row.text("Table");
        if !LOCKABLE.contains(&table) || !database.has(table, row.text("LockObject")) {
            faults.push(Fault::at(
                "locked",
                &row,
                "LockObject",
                format!("{table} has no such row"),
            ));
        }
    }
    if database.rows("LockPermissions").next().is_some() && database.rows("MsiLockPermissionsEx").next().is_some() {
        faults.push(Fault::new(
            "locked",
            "LockPermissions",
            "a package with MsiLockPermissionsEx has none (error 1941)",
        ));
    }
}
