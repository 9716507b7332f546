//! The sequence tables (ICE12, ICE26, ICE27, ICE28, ICE63, ICE77, ICE82): no two actions have the same number, each is Windows
//! Installer's or the package's own, standard actions stand in the order that they demand, deferred ones where the system is
//! changed, and every table with rows has the actions that read it.

use std::collections::BTreeMap;

use super::custom_actions::is_deferred;
use super::database::{Database, Row};
use super::fault::Fault;
use super::standard_actions::{BEFORE_COSTING, OF_TABLES, ORDERED, OTHERS, REQUIRED};

const EXECUTE: &str = "InstallExecuteSequence";
const TABLES: [&str; 5] = [
    EXECUTE,
    "InstallUISequence",
    "AdminExecuteSequence",
    "AdminUISequence",
    "AdvtExecuteSequence",
];

pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    for table in TABLES {
        let mut numbers = BTreeMap::new();
        for row in database.rows(table) {
            let action = row.text("Action");
            let standard = BEFORE_COSTING.contains(&action) || ORDERED.contains(&action) || OTHERS.contains(&action);
            if !standard && !database.has("CustomAction", action) && !database.has("Dialog", action) {
                faults.push(Fault::at("action", &row, "Action", "there is no such action"));
            }
            // What ends an installation has no place of its own.
            let Some(number) = row.number("Sequence").filter(|number| *number > 0) else {
                continue;
            };
            if let Some(other) = numbers.insert(number, action) {
                faults.push(Fault::at(
                    "sequence-number",
                    &row,
                    "Sequence",
                    format!("{other} has the same"),
                ));
            }
        }
        check_order(database, table, faults);
    }
    check_deferred(database, faults);
    check_complete(database, faults);
    check_removal(database, faults);
}

fn sequence(database: &Database, table: &str, action: &str) -> Option<i32> {
    database.row(table, action)?.number("Sequence")
}

fn check_order(database: &Database, table: &str, faults: &mut Vec<Fault>) {
    let rows: Vec<Row<'_>> = ORDERED
        .iter()
        .filter_map(|action| database.row(table, action))
        .collect();
    for pair in rows.windows(2) {
        if pair[0].number("Sequence") > pair[1].number("Sequence") {
            let what = format!("it has to stand after {}", pair[0].text("Action"));
            faults.push(Fault::at("order", &pair[1], "Sequence", what));
        }
    }
    let Some(costing) = sequence(database, table, "CostInitialize") else {
        return;
    };
    for row in BEFORE_COSTING.iter().filter_map(|action| database.row(table, action)) {
        if row.number("Sequence") > Some(costing) {
            faults.push(Fault::at(
                "order",
                &row,
                "Sequence",
                "it has to stand before CostInitialize",
            ));
        }
    }
}

fn check_deferred(database: &Database, faults: &mut Vec<Fault>) {
    for action in database.rows("CustomAction").filter(is_deferred) {
        let name = action.text("Action");
        for table in TABLES {
            let Some(number) = sequence(database, table, name) else {
                continue;
            };
            let after = sequence(database, table, "InstallInitialize").is_some_and(|start| number > start);
            let before = sequence(database, table, "InstallFinalize").is_some_and(|end| number < end);
            if !after || !before {
                let what = format!("a deferred action stands between InstallInitialize and InstallFinalize in {table}");
                faults.push(Fault::at("deferred", &action, "Type", what));
            }
        }
    }
}

fn check_complete(database: &Database, faults: &mut Vec<Fault>) {
    let of_tables = OF_TABLES
        .iter()
        .filter(|(table, _)| database.rows(table).next().is_some());
    let required = [("the package", &REQUIRED as &[&str])];
    for (table, actions) in required.iter().chain(of_tables) {
        for action in actions.iter().filter(|action| !database.has(EXECUTE, action)) {
            faults.push(Fault::new("complete", EXECUTE, format!("{table} takes {action}")));
        }
    }
}

/// The action `RemoveExistingProducts`: it stands between `InstallValidate` and `InstallInitialize`; right behind the latter, before
/// anything is written to the script; right before `InstallFinalize`, behind `InstallExecute`; or behind `InstallFinalize`.
fn check_removal(database: &Database, faults: &mut Vec<Fault>) {
    let Some(row) = database.row(EXECUTE, "RemoveExistingProducts") else {
        return;
    };
    let place = |action| sequence(database, EXECUTE, action).unwrap_or_default();
    let number = row.number("Sequence").unwrap_or_default();
    let mut standing: Vec<(i32, &str)> = database
        .rows(EXECUTE)
        .map(|row| (row.number("Sequence").unwrap_or_default(), row.text("Action")))
        .collect();
    standing.sort_unstable();
    let before = standing
        .iter()
        .rev()
        .find(|(other, _)| *other < number)
        .map(|(_, action)| *action);
    let outside =
        (number > place("InstallValidate") && number < place("InstallInitialize")) || number > place("InstallFinalize");
    let inside = matches!(
        before,
        Some("InstallInitialize" | "InstallExecute" | "InstallExecuteAgain")
    );
    if !outside && !inside {
        faults.push(Fault::at(
            "removal",
            &row,
            "Sequence",
            "existing products cannot be removed there",
        ));
    }
}
