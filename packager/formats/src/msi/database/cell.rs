//! Cells of a table.

use super::column::{Column, ColumnType};
use super::strings::Strings;
use crate::Error;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Nothing.
    Null,
    /// A number.
    Number(i32),
    /// A text.
    Text(String),
    /// That there is a stream.
    Stream,
}

/// Longest text of a key. Of other columns Windows Installer takes the length for a hint.
const MAX_KEY: usize = 72;

impl Cell {
    /// Whether it can stand in `column`.
    pub(super) fn fits(&self, column: &Column) -> bool {
        match (self, column.kind) {
            (Self::Null, _) => column.is_nullable,
            (Self::Number(number), ColumnType::Short) => {
                i16::try_from(*number).is_ok_and(|number| number != i16::MIN) && in_range(*number, column)
            }
            (Self::Number(number), ColumnType::Long) => *number != i32::MIN && in_range(*number, column),
            (Self::Text(text), ColumnType::Text(_)) => !text.is_empty() && (!column.is_key || text.len() <= MAX_KEY),
            (Self::Stream, ColumnType::Stream) => true,
            _ => false,
        }
    }

    /// Whether it is a text with one.
    pub(super) fn has_control_character(&self) -> bool {
        matches!(self, Self::Text(text) if text.chars().any(char::is_control))
    }

    /// What is stored for it.
    ///
    /// # Errors
    /// As for [`Strings::number`].
    pub(super) fn stored(&self, column: &Column, strings: &mut Strings) -> Result<u32, Error> {
        Ok(match (self, column.kind) {
            (Self::Null, _) => 0,
            (Self::Number(number), ColumnType::Short) => number.wrapping_add(0x8000).cast_unsigned() & 0xFFFF,
            (Self::Number(number), _) => number.cast_unsigned() ^ 0x8000_0000,
            (Self::Text(text), _) => u32::from(strings.number(text)?),
            (Self::Stream, _) => 1,
        })
    }
}

fn in_range(number: i32, column: &Column) -> bool {
    column
        .range
        .is_none_or(|(least, largest)| (least..=largest).contains(&number))
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<i32> for Cell {
    fn from(number: i32) -> Self {
        Self::Number(number)
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Null, Into::into)
    }
}
