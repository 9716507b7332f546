//! Checks that a package for Windows Installer is what the documentation of Windows Installer demands.
//!
//! [`validate`] reads a package with the `msi` crate into a [`Database`], which can be changed to see a rule at work, and
//! holds it against its own `_Validation` table and against what the documentation says beyond that table: how texts of
//! each category are written, what formatted texts may refer to, in what order actions may stand, what the tables have to say
//! of one another, of the cabinets, and of the summary information. Windows ships such checks as "internal consistency
//! evaluators" (ICE) in the SDK, which runs on Windows alone; each rule here names those that it is like.
//!
//! Faults are lines `rule: table [key] column: what is wrong`.

mod cabinet;
mod category;
mod columns;
mod components;
mod condition;
mod custom_actions;
mod database;
mod fault;
mod files;
mod formatted;
mod names;
mod properties;
mod sddl;
mod sequences;
mod services;
mod standard_actions;
mod summary;

pub use database::{Column, Database, Row, Summary, Table, Value};
pub use fault::Fault;

/// The faults of a package that is in a file; none if it is right.
///
/// # Panics
/// If it cannot be read as a package at all.
#[must_use]
pub fn validate(package: &[u8]) -> Vec<Fault> {
    faults(&Database::read(package))
}

/// The faults of a database; none if it is right.
#[must_use]
pub fn faults(database: &Database) -> Vec<Fault> {
    let mut faults = Vec::new();
    for check in [
        columns::check,
        names::check,
        formatted::check,
        condition::check,
        components::check,
        files::check,
        services::check,
        custom_actions::check,
        sequences::check,
        properties::check,
        summary::check,
    ] {
        check(database, &mut faults);
    }
    faults
}

#[cfg(test)]
mod tests;
