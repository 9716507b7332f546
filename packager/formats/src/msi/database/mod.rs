//! The database of an installation package: tables, as Windows Installer stores them.
//!
//! A table is a stream of columns: all cells of the first column, then all of the second, and so on. A text is a number in the
//! [string pool](strings); a number is stored with its highest bit turned over, so that zero is no value. Rows are in the order of what is
//! stored in their key columns. `_Tables` has the names of all tables, `_Columns` their columns, `_Validation` what may
//! stand in them. A table without rows has no stream.
//!
//! (Microsoft documents the tables, and not how they are stored. What is here is what Wine, msitools and the `msi` crate read.)
//!
//! The `msi` crate can write all this, too. It looks through all texts for each cell and writes `_Columns` and `_Validation` anew for each
//! table, which takes milliseconds for a package's tables, several times what everything else takes that a package takes
//! (`packager-fleetd`'s example `msi_tables` measures it); it cannot say that a column refers to one of several tables; and it panics
//! when there are too many texts. So it reads packages back in the tests, instead.

mod cell;
mod column;
mod schema;
mod strings;
mod summary;

use std::collections::BTreeMap;

pub(super) use cell::Cell;
pub(super) use summary::Summary;
use zeroize::Zeroizing;

use self::schema::{TABLES, Table};
use self::strings::Strings;
use super::compound::{Data, Stream, StreamName};
use crate::Error;

/// Tables that are being filled.
#[derive(Default)]
pub(super) struct Database {
    rows: BTreeMap<&'static str, Vec<Vec<Cell>>>,
    streams: Vec<(String, Vec<u8>)>,
}

impl Database {
    /// Adds a row.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if there is no such table, its columns are other ones, or a key is too long; [`Error::Invalid`] if a text
    /// has a control character. The text is not in the error: it may be a secret.
    pub(super) fn insert<const N: usize>(&mut self, table: &str, row: [Cell; N]) -> Result<(), Error> {
        let table = TABLES.iter().find(|known| known.name == table);
        let table = table.ok_or_else(|| Error::Mismatch("there is no such table".to_owned()))?;
        let fits = table.columns.len() == N && table.columns.iter().zip(&row).all(|(column, cell)| cell.fits(column));
        if !fits {
            return Err(Error::Mismatch(format!("a row does not fit into {}", table.name)));
        }
        // Readers end a text at a NUL, and what `msiinfo` exports has a row on a line.
        if row.iter().any(Cell::has_control_character) {
            return Err(Error::Invalid(format!(
                "a text for {} has a control character",
                table.name
            )));
        }
        self.rows.entry(table.name).or_default().push(row.into());
        Ok(())
    }

    /// Adds a row of `Binary`.
    ///
    /// # Errors
    /// As for [`Database::insert`].
    pub(super) fn insert_binary(&mut self, name: &str, data: &[u8]) -> Result<(), Error> {
        self.streams.push((format!("Binary.{name}"), data.to_vec()));
        self.insert("Binary", [name.into(), Cell::Stream])
    }

    /// The streams that hold the database.
    ///
    /// # Errors
    /// [`Error::Mismatch`] if two rows of a table have the same key; [`Error::Invalid`] if there is more than fits.
    pub(super) fn streams(self) -> Result<Vec<Stream>, Error> {
        let mut strings = Strings::default();
        let mut streams = Vec::new();
        let mut add = |name: StreamName, bytes| {
            streams.push(Stream {
                name,
                data: Data::Own(bytes),
            });
        };
        for (name, stored) in [("_Tables", tables(&mut strings)?), ("_Columns", columns(&mut strings)?)] {
            add(StreamName::table(name)?, stored);
        }
        let mut rows = self.rows;
        rows.insert("_Validation", validation());
        for table in TABLES {
            if let Some(rows) = rows.get(table.name) {
                add(StreamName::table(table.name)?, stored(table, rows, &mut strings)?);
            }
        }
        for (name, data) in self.streams {
            add(StreamName::stream(&name)?, Zeroizing::new(data));
        }
        let [pool, data] = strings.streams();
        add(StreamName::table("_StringPool")?, pool);
        add(StreamName::table("_StringData")?, data);
        Ok(streams)
    }
}

/// A table's stream.
fn stored(table: &Table, rows: &[Vec<Cell>], strings: &mut Strings) -> Result<Zeroizing<Vec<u8>>, Error> {
    let number = |row: &Vec<Cell>, strings: &mut Strings| {
        let cells = table.columns.iter().zip(row);
        cells
            .map(|(column, cell)| cell.stored(column, strings))
            .collect::<Result<Vec<_>, _>>()
    };
    let mut rows = rows
        .iter()
        .map(|row| number(row, strings))
        .collect::<Result<Vec<_>, _>>()?;
    let keys = table.columns.iter().filter(|column| column.is_key).count();
    let key = |row: &Vec<u32>| row.get(..keys).unwrap_or_default().to_vec();
    rows.sort_by_cached_key(key);
    if rows
        .windows(2)
        .any(|pair| matches!(pair, [first, second] if key(first) == key(second)))
    {
        return Err(Error::Mismatch(format!("a key is there twice in {}", table.name)));
    }
    let row_size: usize = table.columns.iter().map(column::Column::cell_size).sum();
    let mut bytes = Zeroizing::new(Vec::with_capacity(rows.len() * row_size));
    for (at, column) in table.columns.iter().enumerate() {
        for row in &rows {
            let cell = row.get(at).copied().unwrap_or(0).to_le_bytes();
            bytes.extend_from_slice(cell.get(..column.cell_size()).unwrap_or_default());
        }
    }
    Ok(bytes)
}

fn tables(strings: &mut Strings) -> Result<Zeroizing<Vec<u8>>, Error> {
    let numbers = TABLES
        .iter()
        .map(|table| strings.number(table.name))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Zeroizing::new(numbers.into_iter().flat_map(u16::to_le_bytes).collect()))
}

/// The columns of all tables: the table's name, the number from 1 on, the name and the kind.
fn columns(strings: &mut Strings) -> Result<Zeroizing<Vec<u8>>, Error> {
    const SIGN: u16 = 0x8000;
    let mut rows = Vec::new();
    for table in TABLES {
        for (number, column) in (1..).zip(table.columns) {
            let name = strings.number(table.name)?;
            rows.push([name, SIGN + number, strings.number(column.name)?, SIGN + column.bits()]);
        }
    }
    rows.sort_unstable();
    let cells = (0..4).flat_map(|at| rows.iter().filter_map(move |row| row.get(at)));
    Ok(Zeroizing::new(cells.flat_map(|cell| cell.to_le_bytes()).collect()))
}

fn validation() -> Vec<Vec<Cell>> {
    let row = |table: &Table, column: &column::Column| {
        let (tables, key_column) = column.refers_to.unzip();
        let (least, largest) = column.range.unzip();
        vec![
            table.name.into(),
            column.name.into(),
            if column.is_nullable { "Y" } else { "N" }.into(),
            least.into(),
            largest.into(),
            tables.into(),
            key_column.into(),
            column.category.into(),
            column.set.into(),
            Cell::Null,
        ]
    };
    let rows = TABLES
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| row(table, column)));
    rows.collect()
}

#[cfg(test)]
mod tests;
