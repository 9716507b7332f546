//! `_Columns` and `_Validation` say of each column what the schema says.

use msi::ColumnType as Kind;

use super::super::column::{Column, ColumnType};
use super::*;

#[test]
fn columns_are_what_the_schema_says() {
    let reader = reader(Database::default());
    let mut names: Vec<_> = reader.tables().map(msi::Table::name).collect();
    names.retain(|name| !["_Tables", "_Columns"].contains(name));
    let mut want: Vec<_> = TABLES.iter().map(|table| table.name).collect();
    want.sort_unstable();
    assert_eq!(names, want);
    for table in TABLES {
        let read = reader.get_table(table.name).unwrap();
        assert_eq!(read.columns().len(), table.columns.len(), "{}", table.name);
        for (read, column) in read.columns().iter().zip(table.columns) {
            let place = format!("{}.{}", table.name, column.name);
            assert_same(read, column, &place);
        }
    }
}

fn assert_same(read: &msi::Column, column: &Column, place: &str) {
    assert_eq!(read.name(), column.name, "{place}");
    let kind = match column.kind {
        ColumnType::Short => Kind::Int16,
        ColumnType::Long => Kind::Int32,
        ColumnType::Text(length) => Kind::Str(length.into()),
        ColumnType::Stream => Kind::Binary,
    };
    assert_eq!(read.coltype(), kind, "{place}");
    assert_eq!(read.is_primary_key(), column.is_key, "{place}");
    assert_eq!(read.is_nullable(), column.is_nullable, "{place}");
    assert_eq!(read.value_range(), column.range, "{place}");
    let category = column.category.and_then(|category| category.parse().ok());
    assert_eq!(read.category(), category, "{place}");
    let set: Option<Vec<_>> = column.set.map(|set| set.split(';').map(str::to_owned).collect());
    assert_eq!(read.enum_values(), set.as_deref(), "{place}");
}

/// Keys come first, references name at least one table that is there, and every text is described.
#[test]
fn the_schema_holds_together() {
    for table in TABLES {
        let keys = table.columns.iter().take_while(|column| column.is_key).count();
        assert!(keys > 0, "{}", table.name);
        assert!(
            table.columns[keys..].iter().all(|column| !column.is_key),
            "{}",
            table.name
        );
        for column in table.columns {
            let place = format!("{}.{}", table.name, column.name);
            let (tables, key_column) = column.refers_to.unzip();
            let known = |name: &str| TABLES.iter().any(|table| table.name == name);
            if let Some(tables) = tables {
                assert!(tables.split(';').any(known), "{place}");
                assert_eq!(key_column, Some(1), "{place}");
            }
            let is_text = matches!(column.kind, ColumnType::Text(_) | ColumnType::Stream);
            let is_described = column.category.is_some() || column.set.is_some();
            assert!(!is_text || is_described, "{place}");
            assert!(is_text || column.category.is_none(), "{place}");
        }
    }
}

#[test]
fn validation_is_what_the_schema_says() {
    let mut reader = reader(Database::default());
    let mut read = rows(&mut reader, "_Validation");
    read.sort();
    let optional = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let number = |number: Option<i32>| number.map_or(Value::Null, Value::Int);
    let mut want = Vec::new();
    for table in TABLES {
        for column in table.columns {
            let (tables, key_column) = column.refers_to.unzip();
            let (least, largest) = column.range.unzip();
            want.push(vec![
                text(table.name),
                text(column.name),
                text(if column.is_nullable { "Y" } else { "N" }),
                number(least),
                number(largest),
                optional(tables),
                number(key_column),
                optional(column.category),
                optional(column.set),
                Value::Null,
            ]);
        }
    }
    want.sort();
    assert_eq!(read, want);
}
