//! Components (ICE08, ICE18, ICE21, ICE80): each has a code of its own, a key path that belongs to it, and a feature that installs
//! it; on a 64-bit system it is marked as of 64 bits.

use std::collections::BTreeSet;

use super::database::Database;
use super::fault::Fault;

/// `msidbComponentAttributesRegistryKeyPath`.
const REGISTRY_KEY_PATH: i32 = 4;
/// `msidbComponentAttributes64bit`.
const SIXTY_FOUR_BIT: i32 = 256;

pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    let mut codes = BTreeSet::new();
    for component in database.rows("Component") {
        let name = component.text("Component");
        let code = component.text("ComponentId");
        if !code.is_empty() && !codes.insert(code) {
            faults.push(Fault::at(
                "component-code",
                &component,
                "ComponentId",
                "another component has the same code",
            ));
        }
        let attributes = component.number("Attributes").unwrap_or_default();
        let key_path = component.text("KeyPath");
        let table = if attributes & REGISTRY_KEY_PATH == 0 {
            "File"
        } else {
            "Registry"
        };
        if !key_path.is_empty() {
            let owner = database.row(table, key_path);
            if owner.is_none_or(|owner| owner.text("Component_") != name) {
                let what = format!("{key_path} is no row of {table} that belongs to the component");
                faults.push(Fault::at("key-path", &component, "KeyPath", what));
            }
        }
        let x86 = matches!(database.summary.architecture.as_deref(), None | Some("" | "Intel"));
        if !x86 && attributes & SIXTY_FOUR_BIT == 0 {
            faults.push(Fault::at(
                "64-bit",
                &component,
                "Attributes",
                "it is not marked as of 64 bits",
            ));
        }
        if !database
            .rows("FeatureComponents")
            .any(|row| row.text("Component_") == name)
        {
            faults.push(Fault::at("feature", &component, "", "no feature installs it"));
        }
    }
    // With these, a component without a file is removed with its folder (ICE18).
    for component in database
        .rows("Component")
        .filter(|component| component.text("KeyPath").is_empty())
    {
        let of_component = |table| {
            database
                .rows(table)
                .any(|row| row.text("Component_") == component.text("Component"))
        };
        if !of_component("CreateFolder") && !of_component("File") {
            let what = "its key path is a folder, which nothing creates";
            faults.push(Fault::at("key-path", &component, "KeyPath", what));
        }
    }
}
