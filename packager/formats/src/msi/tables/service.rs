//! The Windows service.
//!
//! Its environment is a value of its key in the registry, which the service manager reads (Windows SDK, `CreateService`; the value
//! is a list of `NAME=value`).

use super::super::database::{Cell, Database};
use super::super::{Formatted, Service};
use super::Names;
use crate::Error;

/// `SERVICE_WIN32_OWN_PROCESS`, `SERVICE_AUTO_START`, `SERVICE_ERROR_IGNORE`.
const OWN_PROCESS: i32 = 16;
const AUTO_START: i32 = 2;
const IGNORE_ERRORS: i32 = 0;
/// `msidbServiceControlEvent`: start and stop while installing, stop and delete while uninstalling.
const START: i32 = 1;
const STOP: i32 = 2;
const UNINSTALL_STOP: i32 = 32;
const UNINSTALL_DELETE: i32 = 128;
/// `msidbServiceConfigEvent`: while installing and while reinstalling.
const INSTALL: i32 = 1;
const REINSTALL: i32 = 4;
/// A day without a failure, in seconds, and failures do not count any more.
const RESET_PERIOD: i32 = 24 * 60 * 60;
/// `SC_ACTION_RESTART`, three times.
const RESTART: &str = "1[~]1[~]1";
/// After so many milliseconds each.
const RESTART_AFTER: &str = "1000[~]1000[~]1000";
/// `HKEY_LOCAL_MACHINE`.
const LOCAL_MACHINE: i32 = 2;

pub(super) fn insert(database: &mut Database, names: &Names<'_>, service: &Service) -> Result<(), Error> {
    let (component, _) = names.component(&service.program);
    let component: Cell = component.into();
    let name: Cell = service.name.as_str().into();
    let key = service.name.replace(' ', "_");
    let install: [Cell; 13] = [
        key.as_str().into(),
        name.clone(),
        Cell::Null,
        OWN_PROCESS.into(),
        AUTO_START.into(),
        IGNORE_ERRORS.into(),
        Cell::Null,
        Cell::Null,
        "LocalSystem".into(),
        Cell::Null,
        Cell::Null,
        component.clone(),
        service.description.as_str().into(),
    ];
    database.insert("ServiceInstall", install)?;
    let control: [Cell; 6] = [
        key.as_str().into(),
        name.clone(),
        (START + STOP + UNINSTALL_STOP + UNINSTALL_DELETE).into(),
        Cell::Null,
        // Until it has stopped.
        1.into(),
        component.clone(),
    ];
    database.insert("ServiceControl", control)?;
    let failure_actions: [Cell; 9] = [
        key.as_str().into(),
        name,
        (INSTALL + REINSTALL).into(),
        RESET_PERIOD.into(),
        Cell::Null,
        Cell::Null,
        RESTART.into(),
        RESTART_AFTER.into(),
        component.clone(),
    ];
    database.insert("MsiServiceConfigFailureActions", failure_actions)?;
    if service.environment.is_empty() {
        return Ok(());
    }
    let environment: [Cell; 6] = [
        format!("{key}_Environment").into(),
        LOCAL_MACHINE.into(),
        format!(r"SYSTEM\CurrentControlSet\Services\{}", service.name).into(),
        "Environment".into(),
        Formatted::list(&service.environment).into(),
        component,
    ];
    database.insert("Registry", environment)
}
