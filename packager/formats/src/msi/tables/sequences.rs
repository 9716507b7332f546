//! The order in which things are done. The numbers are those that the Windows Installer SDK suggests (`Suggested
//! InstallExecuteSequence` and others).

use super::super::database::{Cell, Database};
use super::super::{Moment, Product};
use super::scripts::setter;
use crate::Error;

/// Where there are services at all.
const ON_NT: &str = "VersionNT";

/// Installing and uninstalling.
const EXECUTE: &[(&str, Option<&str>, i32)] = &[
    ("FindRelatedProducts", None, 25),
    ("AppSearch", None, 50),
    ("ValidateProductID", None, 700),
    ("CostInitialize", None, 800),
    ("FileCost", None, 900),
    ("CostFinalize", None, 1000),
    ("MigrateFeatureStates", None, 1200),
    ("InstallValidate", None, 1400),
    // Before anything is installed: what is there goes as its own package wants it to.
    ("RemoveExistingProducts", None, 1401),
    ("InstallInitialize", None, 1500),
    ("ProcessComponents", None, 1600),
    ("UnpublishFeatures", None, 1800),
    ("StopServices", Some(ON_NT), 1900),
    ("DeleteServices", Some(ON_NT), 2000),
    ("RemoveRegistryValues", None, 2600),
    ("RemoveFiles", None, 3500),
    ("RemoveFolders", None, 3600),
    ("CreateFolders", None, 3700),
    ("InstallFiles", None, 4000),
    ("WriteRegistryValues", None, 5000),
    ("InstallServices", Some(ON_NT), 5800),
    ("MsiConfigureServices", Some(ON_NT), 5850),
    ("StartServices", Some(ON_NT), 5900),
    ("RegisterUser", None, 6000),
    ("RegisterProduct", None, 6100),
    ("PublishFeatures", None, 6300),
    ("PublishProduct", None, 6400),
    ("InstallFinalize", None, 6600),
];

const EXECUTE_UI: &[(&str, i32)] = &[
    ("FindRelatedProducts", 25),
    ("AppSearch", 50),
    ("ValidateProductID", 700),
    ("CostInitialize", 800),
    ("FileCost", 900),
    ("CostFinalize", 1000),
    ("MigrateFeatureStates", 1200),
    ("ExecuteAction", 1300),
];

/// Unpacking to a share.
const ADMIN: &[(&str, i32)] = &[
    ("CostInitialize", 800),
    ("FileCost", 900),
    ("CostFinalize", 1000),
    ("InstallValidate", 1400),
    ("InstallInitialize", 1500),
    ("InstallAdminPackage", 3900),
    ("InstallFiles", 4000),
    ("InstallFinalize", 6600),
];

const ADMIN_UI: &[(&str, i32)] = &[
    ("CostInitialize", 800),
    ("FileCost", 900),
    ("CostFinalize", 1000),
    ("ExecuteAction", 1300),
];

const ADVERTISE: &[(&str, i32)] = &[
    ("CostInitialize", 800),
    ("CostFinalize", 1000),
    ("InstallValidate", 1400),
    ("InstallInitialize", 1500),
    ("PublishFeatures", 6300),
    ("PublishProduct", 6400),
    ("InstallFinalize", 6600),
];

/// The first number behind what a moment names.
const fn number(moment: Moment) -> i32 {
    match moment {
        Moment::Stopped => 2010,
        Moment::Removed => 3610,
        Moment::Installed => 4010,
    }
}

pub(super) fn insert(database: &mut Database, product: &Product) -> Result<(), Error> {
    for (table, actions) in [
        ("AdminExecuteSequence", ADMIN),
        ("AdminUISequence", ADMIN_UI),
        ("AdvtExecuteSequence", ADVERTISE),
        ("InstallUISequence", EXECUTE_UI),
    ] {
        for (action, number) in actions {
            if *action != "AppSearch" || product.folder_in_registry.is_some() {
                database.insert(table, [(*action).into(), Cell::Null, (*number).into()])?;
            }
        }
    }
    let mut execute = |action: &str, condition: Option<&str>, number: i32| {
        database.insert(
            "InstallExecuteSequence",
            [action.into(), condition.into(), number.into()],
        )
    };
    for (action, condition, number) in EXECUTE {
        if *action != "AppSearch" || product.folder_in_registry.is_some() {
            execute(action, *condition, *number)?;
        }
    }
    for (at, script) in (0..).step_by(2).zip(&product.scripts) {
        let (first, condition) = (number(script.moment) + at, Some(script.condition.as_str()));
        execute(&setter(&script.name), condition, first)?;
        execute(&script.name, condition, first + 1)?;
    }
    Ok(())
}
