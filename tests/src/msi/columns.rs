//! What `_Validation` says of columns ("_Validation Table"; ICE02, ICE03, ICE06): whether they may be null, between which numbers
//! and among which texts their values are, which rows they refer to, and how they are written.

use std::collections::BTreeSet;

use super::category;
use super::custom_actions::is_script;
use super::database::{Database, Row, VALIDATION, Value};
use super::fault::Fault;

/// Tables of the system, which describe themselves.
const SYSTEM: [&str; 4] = ["_Tables", "_Columns", "_Streams", "_Storages"];

pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    described(database, faults);
    for (name, table) in &database.tables {
        let mut keys = BTreeSet::new();
        for row in database.rows(name) {
            if !keys.insert(row.key()) {
                faults.push(Fault::at("unique-key", &row, "", "another row has the same key"));
            }
            for column in &table.columns {
                let value = row.value(&column.name);
                if column.primary_key && value.is_null() {
                    if !may_be_null(database, name, &column.name) {
                        faults.push(Fault::at("key-not-null", &row, &column.name, "a key is null"));
                    }
                    continue;
                }
                for rules in rules(database, name, &column.name) {
                    check_value(database, &row, &column.name, &rules, faults);
                }
            }
        }
    }
}

/// A few tables have columns in their keys that may be null, `Upgrade` for one; not so a key's first.
fn may_be_null(database: &Database, table: &str, column: &str) -> bool {
    rules(database, table, column).any(|rules| rules.text("Nullable") == "Y")
}

fn rules<'a>(database: &'a Database, table: &'a str, column: &'a str) -> impl Iterator<Item = Row<'a>> {
    database
        .rows(VALIDATION)
        .filter(move |row| row.text("Table") == table && row.text("Column") == column)
}

/// Every column has its rules, and every rule its column.
fn described(database: &Database, faults: &mut Vec<Fault>) {
    for (name, table) in &database.tables {
        for column in &table.columns {
            if rules(database, name, &column.name).next().is_none() {
                let place = format!("{name}.{}", column.name);
                faults.push(Fault::new("described", place, "_Validation does not have the column"));
            }
        }
    }
    for row in database.rows(VALIDATION) {
        let (table, column) = (row.text("Table"), row.text("Column"));
        if SYSTEM.contains(&table) {
            continue;
        }
        let known = database.tables.get(table);
        if !known.is_some_and(|table| table.columns.iter().any(|known| known.name == column)) {
            faults.push(Fault::at("described", &row, "", "there is no such column"));
        }
    }
}

fn check_value(database: &Database, row: &Row<'_>, column: &str, rules: &Row<'_>, faults: &mut Vec<Fault>) {
    let value = row.value(column);
    let set: Vec<&str> = rules.text("Set").split(';').filter(|text| !text.is_empty()).collect();
    match value {
        Value::Null => {
            if rules.text("Nullable") != "Y" {
                faults.push(Fault::at("nullable", row, column, "it may not be null"));
            }
        }
        Value::Int(number) => {
            let too_small = rules.number("MinValue").is_some_and(|least| *number < least);
            let too_large = rules.number("MaxValue").is_some_and(|most| *number > most);
            let listed = set.iter().any(|text| text.parse() == Ok(*number));
            if !listed && (too_small || too_large || (!set.is_empty() && rules.number("MinValue").is_none())) {
                faults.push(Fault::at(
                    "range",
                    row,
                    column,
                    format!("{number} is not among its values"),
                ));
            }
        }
        Value::Str(text) => {
            let of_set = set.contains(&text.as_str());
            let category = rules.text("Category");
            // The one list of names: the documentation's own rows have several tables there.
            let is_list = (row.table_name(), column) == ("_Validation", "KeyTable");
            let mut texts = text.split(|c| is_list && c == ';');
            let checked = texts.try_for_each(|text| category::check(category, text));
            if !set.is_empty() && !of_set && category.is_empty() {
                faults.push(Fault::at("set", row, column, format!("{text:?} is not among {set:?}")));
            } else if !of_set
                && !is_script(row, column)
                && let Err(fault) = checked
            {
                faults.push(Fault::at(
                    "category",
                    row,
                    column,
                    format!("{text:?} is no {category}: {fault}"),
                ));
            }
        }
        Value::Binary => {
            let stream = format!("{}.{}", row.table_name(), row.key());
            if !database.streams.contains(&stream) {
                faults.push(Fault::at("stream", row, column, format!("there is no stream {stream}")));
            }
        }
    }
    let key_tables = rules.text("KeyTable");
    // `Version` of `File`: a version, or the file that has it.
    let stands_for_itself = rules.text("Category") == "Version"
        && value
            .as_str()
            .is_some_and(|text| category::check("Version", text).is_ok());
    if stands_for_itself {
        return;
    }
    if let (false, Some(index)) = (key_tables.is_empty(), rules.number("KeyColumn"))
        && !refers(database, value, key_tables, index, &set)
    {
        faults.push(Fault::at(
            "foreign-key",
            row,
            column,
            format!("{value:?} is in no row of {key_tables}"),
        ));
    }
}

/// Whether a value is null, one of a set, or in the column `index`, counted from 1, of a row of one of `tables`.
fn refers(database: &Database, value: &Value, tables: &str, index: i32, set: &[&str]) -> bool {
    if value.is_null() || value.as_str().is_some_and(|text| set.contains(&text)) {
        return true;
    }
    let index = usize::try_from(index - 1).unwrap_or(usize::MAX);
    tables.split(';').any(|name| {
        let rows = database.tables.get(name).into_iter().flat_map(|table| &table.rows);
        rows.into_iter().any(|row| row.get(index) == Some(value))
    })
}
