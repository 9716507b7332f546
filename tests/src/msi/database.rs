//! A package's tables, streams and summary information, read into memory.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

pub use msi::Value;

use super::cabinet::{self, Listed};

/// A package.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its tables by their names, those of the system but `_Validation` left out.
    pub tables: BTreeMap<String, Table>,
    /// The names of its streams. A table's stream is called `Table.Key`.
    pub streams: BTreeSet<String>,
    /// The files in its cabinets, by the streams' names.
    pub cabinets: BTreeMap<String, Vec<Listed>>,
    /// Its summary information.
    pub summary: Summary,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, a value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether it is part of the primary key.
    pub primary_key: bool,
}

/// What the summary information says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The template's processor.
    pub architecture: Option<String>,
    /// The template's languages.
    pub languages: Vec<u16>,
    /// The revision: the package code.
    pub package_code: Option<String>,
    /// The page count: the version of Windows Installer that it takes, times 100.
    pub page_count: Option<i32>,
    /// The word count: how the files lie.
    pub word_count: Option<i32>,
    /// Title, subject and author.
    pub texts: [Option<String>; 3],
}

impl Database {
    /// # Panics
    /// If `package` is not one.
    #[must_use]
    pub fn read(package: &[u8]) -> Self {
        let mut package = msi::Package::open(Cursor::new(package)).unwrap();
        let names: Vec<String> = package.tables().map(|table| table.name().to_owned()).collect();
        let mut tables = BTreeMap::new();
        for name in names
            .iter()
            .filter(|name| !name.starts_with('_') || *name == VALIDATION)
        {
            let columns = package.get_table(name).unwrap().columns().iter().map(|column| Column {
                name: column.name().to_owned(),
                primary_key: column.is_primary_key(),
            });
            let columns: Vec<_> = columns.collect();
            let rows = package.select_rows(msi::Select::table(name)).unwrap();
            let rows = rows
                .map(|row| (0..row.len()).map(|index| row[index].clone()).collect())
                .collect();
            tables.insert(name.clone(), Table { columns, rows });
        }
        let streams: BTreeSet<String> = package.streams().collect();
        let mut cabinets = BTreeMap::new();
        for name in &streams {
            let mut content = Vec::new();
            package.read_stream(name).unwrap().read_to_end(&mut content).unwrap();
            if let Some(files) = cabinet::list(&content) {
                cabinets.insert(name.clone(), files);
            }
        }
        Self {
            tables,
            streams,
            cabinets,
            summary: Summary::of(package.summary_info()),
        }
    }

    /// A table's rows; none if there is no such table.
    pub(super) fn rows<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Row<'a>> {
        self.tables
            .get(name)
            .into_iter()
            .flat_map(move |table| table.rows.iter().map(move |values| Row { name, table, values }))
    }

    /// The row of a table whose first column is `key`.
    pub(super) fn row<'a>(&'a self, name: &'a str, key: &str) -> Option<Row<'a>> {
        self.rows(name)
            .find(|row| row.values.first().and_then(Value::as_str) == Some(key))
    }

    /// Whether a table has a row whose first column is `key`.
    pub(super) fn has(&self, name: &str, key: &str) -> bool {
        self.row(name, key).is_some()
    }
}

/// The table that describes the others.
pub(super) const VALIDATION: &str = "_Validation";

/// A row with its table.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    name: &'a str,
    table: &'a Table,
    values: &'a [Value],
}

impl<'a> Row<'a> {
    pub(super) fn table_name(&self) -> &'a str {
        self.name
    }

    /// The values of its primary key.
    pub(super) fn key(&self) -> String {
        let columns = self.table.columns.iter().zip(self.values);
        let key: Vec<String> = columns
            .filter(|(column, _)| column.primary_key)
            .map(|(_, value)| match value {
                Value::Null => "null".to_owned(),
                Value::Int(number) => number.to_string(),
                Value::Str(text) => text.clone(),
                Value::Binary => "binary".to_owned(),
            })
            .collect();
        key.join(", ")
    }

    pub(super) fn value(&self, column: &str) -> &'a Value {
        let index = self.table.columns.iter().position(|found| found.name == column);
        index.and_then(|index| self.values.get(index)).unwrap_or(&Value::Null)
    }

    /// A text; empty if there is none.
    pub(super) fn text(&self, column: &str) -> &'a str {
        self.value(column).as_str().unwrap_or_default()
    }

    pub(super) fn number(&self, column: &str) -> Option<i32> {
        self.value(column).as_int()
    }
}

impl Summary {
    fn of(summary: &msi::SummaryInfo) -> Self {
        Self {
            architecture: summary.arch().map(str::to_owned),
            languages: summary.languages().iter().map(msi::LanguageId::id).collect(),
            package_code: summary.uuid().map(|code| code.to_string()),
            page_count: summary.page_count(),
            word_count: summary.word_count(),
            texts: [summary.title(), summary.subject(), summary.author()].map(|text| text.map(str::to_owned)),
        }
    }
}
