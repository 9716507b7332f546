//! Columns: what a table can hold, and what `_Validation` says about it.

/// What a cell is stored as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnType {
    /// Two bytes.
    Short,
    /// Four bytes.
    Long,
    /// The number of a text of at most so many characters; 0 for any number.
    Text(u8),
    /// A stream.
    Stream,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) kind: ColumnType,
    pub(crate) is_key: bool,
    pub(crate) is_nullable: bool,
    is_localizable: bool,
    /// The least and the largest number.
    pub(super) range: Option<(i32, i32)>,
    /// The tables that it refers to, and the number of the column there.
    pub(super) refers_to: Option<(&'static str, i32)>,
    /// What kind of text it is (Windows Installer SDK, "Column Data Types").
    pub(super) category: Option<&'static str>,
    /// The values that it may have.
    pub(super) set: Option<&'static str>,
}

/// What is stored of a column's kind, in bits (Wine, `dlls/msi/msipriv.h`, `MSITYPE_*`; the Windows Installer SDK only knows the
/// letters that the bits are shown as).
const VALID: u16 = 0x0100;
const LOCALIZABLE: u16 = 0x0200;
const SMALL: u16 = 0x0400;
const TEXT: u16 = 0x0800;
const NULLABLE: u16 = 0x1000;
const KEY: u16 = 0x2000;

impl Column {
    const fn new(name: &'static str, kind: ColumnType) -> Self {
        Self {
            name,
            kind,
            is_key: false,
            is_nullable: false,
            is_localizable: false,
            range: None,
            refers_to: None,
            category: None,
            set: None,
        }
    }

    /// A number of two bytes.
    pub(super) const fn short(name: &'static str) -> Self {
        Self::new(name, ColumnType::Short)
    }

    /// A number of four bytes.
    pub(super) const fn long(name: &'static str) -> Self {
        Self::new(name, ColumnType::Long)
    }

    /// A text of at most `length` characters and a category.
    pub(super) const fn text(name: &'static str, length: u8, category: &'static str) -> Self {
        let mut column = Self::new(name, ColumnType::Text(length));
        column.category = Some(category);
        column
    }

    /// A name.
    pub(super) const fn identifier(name: &'static str) -> Self {
        Self::text(name, 72, "Identifier")
    }

    /// A name in the first column of another table.
    pub(super) const fn reference(name: &'static str, tables: &'static str) -> Self {
        let mut column = Self::identifier(name);
        column.refers_to = Some((tables, 1));
        column
    }

    /// A stream.
    pub(super) const fn stream(name: &'static str) -> Self {
        let mut column = Self::new(name, ColumnType::Stream);
        column.category = Some("Binary");
        column
    }

    pub(super) const fn key(mut self) -> Self {
        self.is_key = true;
        self
    }

    pub(super) const fn nullable(mut self) -> Self {
        self.is_nullable = true;
        self
    }

    pub(super) const fn localizable(mut self) -> Self {
        self.is_localizable = true;
        self
    }

    pub(super) const fn range(mut self, least: i32, largest: i32) -> Self {
        self.range = Some((least, largest));
        self
    }

    pub(super) const fn refers_to(mut self, tables: &'static str) -> Self {
        self.refers_to = Some((tables, 1));
        self
    }

    pub(super) const fn any_of(mut self, set: &'static str) -> Self {
        self.set = Some(set);
        self
    }

    /// A text that is known by its values alone.
    pub(super) const fn without_category(mut self) -> Self {
        self.category = None;
        self
    }

    /// The bytes that a cell takes.
    pub(super) const fn cell_size(&self) -> usize {
        match self.kind {
            ColumnType::Long => 4,
            ColumnType::Short | ColumnType::Text(_) | ColumnType::Stream => 2,
        }
    }

    /// What `_Columns` has for it.
    pub(super) fn bits(&self) -> u16 {
        let kind = match self.kind {
            ColumnType::Short => SMALL | 2,
            ColumnType::Long => 4,
            ColumnType::Text(length) => TEXT | SMALL | u16::from(length),
            ColumnType::Stream => TEXT,
        };
        let flags = [
            (self.is_key, KEY),
            (self.is_nullable, NULLABLE),
            (self.is_localizable, LOCALIZABLE),
        ];
        let flags = flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, bit)| bit);
        flags.fold(VALID | kind, |bits, bit| bits | bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_windows_installer() {
        for (column, bits) in [
            (Column::identifier("File").key(), 0x2D48),
            (Column::text("Condition", 255, "Condition").nullable(), 0x1DFF),
            (Column::text("FileName", 255, "Filename").localizable(), 0x0FFF),
            (Column::text("Value", 0, "Text").localizable(), 0x0F00),
            (Column::short("Attributes").nullable(), 0x1502),
            (Column::long("Sequence"), 0x0104),
            (Column::stream("Data"), 0x0900),
        ] {
            assert_eq!(column.bits(), bits, "{}", column.name);
        }
    }
}
