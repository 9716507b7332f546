//! Scripts: `JScript` in the database, which Windows Installer runs itself. What a script gets is set by an action in front of it.

use super::super::Script;
use super::super::database::{Cell, Database};
use crate::Error;

/// `JScript` from the `Binary` table (Windows Installer SDK, "Custom Action Type 5").
const JSCRIPT: i32 = 5;
/// Sets a property ("Custom Action Type 51").
const SET_PROPERTY: i32 = 51;
/// Options: run later, among what changes the host, as the system, and as 64-bit code.
const DEFERRED: i32 = 1024;
const AS_SYSTEM: i32 = 2048;
const IS_64_BIT: i32 = 4096;
/// The installation goes on when it fails.
const CONTINUE: i32 = 64;
/// Logs do not have what it gets.
const HIDE_TARGET: i32 = 8192;

pub(super) fn insert(database: &mut Database, scripts: &[Script]) -> Result<(), Error> {
    for script in scripts {
        let name = script.name.as_str();
        let hide = if script.is_secret { HIDE_TARGET } else { 0 };
        let go_on = if script.may_fail { CONTINUE } else { 0 };
        let set: [Cell; 5] = [
            setter(name).into(),
            (SET_PROPERTY + hide).into(),
            name.into(),
            script.data.as_str().into(),
            Cell::Null,
        ];
        database.insert("CustomAction", set)?;
        let run: [Cell; 5] = [
            name.into(),
            (JSCRIPT + DEFERRED + AS_SYSTEM + IS_64_BIT + hide + go_on).into(),
            name.into(),
            Cell::Null,
            Cell::Null,
        ];
        database.insert("CustomAction", run)?;
        database.insert_binary(name, script.code.as_bytes())?;
    }
    Ok(())
}

/// The action that sets what a script gets.
pub(super) fn setter(script: &str) -> String {
    format!("Set{script}")
}
