use std::fmt;

use super::database::Row;

/// Something that is wrong with a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The rule that it breaks.
    pub rule: &'static str,
    place: String,
    what: String,
}

impl Fault {
    /// Something that is wrong with the database as a whole, or a table.
    pub(super) fn new(rule: &'static str, place: impl fmt::Display, what: impl fmt::Display) -> Self {
        Self {
            rule,
            place: place.to_string(),
            what: what.to_string(),
        }
    }

    /// Something that is wrong with a row's column.
    pub(super) fn at(rule: &'static str, row: &Row<'_>, column: &str, what: impl fmt::Display) -> Self {
        Self::new(rule, format!("{} [{}] {column}", row.table_name(), row.key()), what)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule, self.place, self.what)
    }
}
