//! Custom actions ("Summary List of All Custom Action Types"): what the source of each type is. The lower six bits of the type say
//! what runs and where it is; the rest, when and as whom.

use super::database::{Database, Row};
use super::fault::Fault;

/// What runs, and where it is.
const KIND: i32 = 0x3F;
/// `msidbCustomActionTypeInScript`: it is deferred.
const IN_SCRIPT: i32 = 0x400;
/// `msidbCustomActionTypeNoImpersonate`, which immediate actions cannot have.
const NO_IMPERSONATE: i32 = 0x800;

pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    for action in database.rows("CustomAction") {
        let (source, target) = (action.text("Source"), action.text("Target"));
        let in_table = |table| database.has(table, source);
        let right = match action.number("Type").unwrap_or_default() & KIND {
            1 | 2 | 5 | 6 => in_table("Binary"),
            17 | 18 | 21 | 22 => in_table("File"),
            // An error, or a script in the row itself.
            19 | 37 | 38 => source.is_empty() && !target.is_empty(),
            34 | 35 => in_table("Directory"),
            50 | 51 | 53 | 54 => super::category::identifier(source).is_ok(),
            _ => false,
        };
        if !right {
            faults.push(Fault::at(
                "custom-source",
                &action,
                "Source",
                format!("{source:?} is nothing for its type"),
            ));
        }
        let kind = action.number("Type").unwrap_or_default();
        if kind & NO_IMPERSONATE != 0 && kind & IN_SCRIPT == 0 {
            faults.push(Fault::at(
                "custom-type",
                &action,
                "Type",
                "an immediate action always runs as the user",
            ));
        }
    }
}

/// Whether an action runs while the system is changed.
pub(super) fn is_deferred(action: &Row<'_>) -> bool {
    action.number("Type").unwrap_or_default() & IN_SCRIPT != 0
}

/// Whether a column has a script, in which brackets are the script's own, though `_Validation` has the column as formatted.
pub(super) fn is_script(row: &Row<'_>, column: &str) -> bool {
    let kind = row.number("Type").unwrap_or_default() & KIND;
    row.table_name() == "CustomAction" && column == "Target" && matches!(kind, 37 | 38 | 53 | 54)
}

/// The property that an action sets, if it does.
pub(super) fn property<'a>(action: &Row<'a>) -> Option<&'a str> {
    (action.number("Type").unwrap_or_default() & KIND == 51).then(|| action.text("Source"))
}
