//! The `msi` crate reads every database back; the order of rows, which it does not look at, is looked at here. Stock tools are
//! asked in `msi/tests/tools.rs`.

mod schema;
mod summary;

use std::io::Cursor;

use msi::{CodePage, Package, Select, Value};

use super::*;
use crate::msi::compound;

type Reader = Package<Cursor<Vec<u8>>>;

fn summary(product: &str) -> Summary<'_> {
    Summary {
        product,
        manufacturer: "Nobody",
        template: "x64;1033",
        package_code: "{00000000-0000-0000-0000-000000000001}".to_owned(),
        application: "a test",
        build_time: 1_700_000_001,
    }
}

fn file(database: Database, summary: &Summary<'_>) -> Vec<u8> {
    let mut streams = database.streams().unwrap();
    streams.push(summary.stream().unwrap());
    let parts = compound::write(&streams, None).unwrap();
    let own = parts.iter().map(|part| match part {
        packager_artifact::Part::Own(own) => own.expose(),
        packager_artifact::Part::Shared(part) => panic!("{part:?}"),
    });
    own.collect::<Vec<_>>().concat()
}

fn reader(database: Database) -> Reader {
    Package::open(Cursor::new(file(database, &summary("Sample")))).unwrap()
}

fn rows(reader: &mut Reader, table: &str) -> Vec<Vec<Value>> {
    let rows = reader.select_rows(Select::table(table)).unwrap();
    rows.map(|row| (0..row.len()).map(|at| row[at].clone()).collect())
        .collect()
}

fn text(text: &str) -> Value {
    Value::Str(text.to_owned())
}

#[test]
fn a_database_of_nothing_is_one() {
    let mut reader = reader(Database::default());
    assert_eq!(reader.database_codepage(), CodePage::Windows1252);
    for table in TABLES.iter().filter(|table| table.name != "_Validation") {
        assert!(rows(&mut reader, table.name).is_empty(), "{}", table.name);
        // A table without rows has no stream.
        assert!(!reader.has_stream(table.name), "{}", table.name);
    }
}

#[test]
fn cells_come_back() {
    let mut database = Database::default();
    let hash = |name: &str, parts: [i32; 4]| {
        let [a, b, c, d] = parts.map(Cell::from);
        [name.into(), 0.into(), a, b, c, d]
    };
    let extremes = [i32::MIN + 1, i32::MAX, 0, -1];
    database.insert("MsiFileHash", hash("extremes", extremes)).unwrap();
    database.insert("MsiFileHash", hash("ones", [1; 4])).unwrap();
    let registry = |name: &str, root: i32, value: Cell| -> [Cell; 6] {
        [name.into(), root.into(), "Key".into(), Cell::Null, value, "c".into()]
    };
    database.insert("Registry", registry("user", -1, Cell::Null)).unwrap();
    database
        .insert("Registry", registry("machine", 2, "two[~]texts".into()))
        .unwrap();
    for (action, sequence) in [("Exit", Some(-4)), ("Never", None), ("Last", Some(32_767))] {
        let row: [Cell; 3] = [action.into(), Cell::Null, sequence.into()];
        database.insert("InstallExecuteSequence", row).unwrap();
    }
    database.insert_binary("Script", b"code\0\xFF").unwrap();
    database.insert_binary("Nothing", b"").unwrap();

    let mut reader = reader(database);
    let numbers =
        |name: &str, parts: [i32; 4]| [vec![text(name), Value::Int(0)], parts.map(Value::Int).to_vec()].concat();
    let same = |mut read: Vec<Vec<Value>>, mut want: Vec<Vec<Value>>| {
        read.sort();
        want.sort();
        assert_eq!(read, want);
    };
    let hashes = vec![numbers("extremes", extremes), numbers("ones", [1; 4])];
    same(rows(&mut reader, "MsiFileHash"), hashes);
    let value =
        |name: &str, root, value| vec![text(name), Value::Int(root), text("Key"), Value::Null, value, text("c")];
    let values = vec![value("user", -1, Value::Null), value("machine", 2, text("two[~]texts"))];
    same(rows(&mut reader, "Registry"), values);
    let action = |name: &str, sequence| vec![text(name), Value::Null, sequence];
    let actions = vec![
        action("Exit", Value::Int(-4)),
        action("Never", Value::Null),
        action("Last", Value::Int(32_767)),
    ];
    same(rows(&mut reader, "InstallExecuteSequence"), actions);
    let binary = ["Script", "Nothing"]
        .map(|name| vec![text(name), Value::Binary])
        .to_vec();
    same(rows(&mut reader, "Binary"), binary);
    for (name, content) in [("Binary.Script", &b"code\0\xFF"[..]), ("Binary.Nothing", b"")] {
        let mut read = Vec::new();
        std::io::Read::read_to_end(&mut reader.read_stream(name).unwrap(), &mut read).unwrap();
        assert_eq!(read, content, "{name}");
    }
}

#[test]
fn texts_of_every_kind_come_back() {
    let longest = "x".repeat(65_535);
    let ascii = ["a", " ", "[~]{}\\|;", "~", longest.as_str()];
    for (texts, code_page) in [
        (ascii.to_vec(), CodePage::Windows1252),
        (
            [&ascii[..], &["é", "日本語", "🦀", "\u{FFFF}"]].concat(),
            CodePage::Utf8,
        ),
    ] {
        let mut database = Database::default();
        for (number, value) in (0..).zip(&texts) {
            let row = [Cell::from(format!("P{number}")), (*value).into()];
            database.insert("Property", row).unwrap();
        }
        let mut reader = reader(database);
        assert_eq!(reader.database_codepage(), code_page);
        let mut read = rows(&mut reader, "Property");
        read.sort();
        let want = (0..)
            .zip(&texts)
            .map(|(number, value)| vec![text(&format!("P{number}")), text(value)]);
        assert!(read.into_iter().eq(want), "{code_page:?}");
    }
}

/// Windows Installer looks rows up by what is stored of their keys, and needs them in that order.
#[test]
fn rows_are_in_the_order_of_their_keys() {
    let mut database = Database::default();
    // Texts have their numbers by when they are first seen: "b" before "a", and "c" before both.
    for (directory, component) in [("c", "b"), ("a", "c"), ("b", "b"), ("a", "a"), ("b", "a"), ("c", "a")] {
        database
            .insert("CreateFolder", [directory.into(), component.into()])
            .unwrap();
    }
    for disk in [3, 1, 300, 2] {
        let row: [Cell; 6] = [disk.into(), 1.into(), Cell::Null, Cell::Null, Cell::Null, Cell::Null];
        database.insert("Media", row).unwrap();
    }
    for (lowest, attributes) in [(Some("2"), 1), (None, 3), (Some("1"), 2), (None, 2)] {
        let row: [Cell; 7] = [
            "{A}".into(),
            lowest.into(),
            Cell::Null,
            Cell::Null,
            attributes.into(),
            Cell::Null,
            "P".into(),
        ];
        database.insert("Upgrade", row).unwrap();
    }
    let bytes = file(database, &summary("Sample"));
    for (table, keys, row_size, count) in [("CreateFolder", 2, 4, 6), ("Media", 1, 14, 4), ("_Columns", 2, 8, 0)] {
        let stored = stream(&bytes, table);
        let rows = stored.len() / row_size;
        assert!(count == 0 || rows == count, "{table}");
        let cell = |row: usize, column: usize| {
            let at = 2 * (column * rows + row);
            u16::from_le_bytes([stored[at], stored[at + 1]])
        };
        let key = |row| (0..keys).map(|column| cell(row, column)).collect::<Vec<_>>();
        assert!((1..rows).all(|row| key(row - 1) < key(row)), "{table}");
    }
    // Four keys of two bytes, one of four.
    let stored = stream(&bytes, "Upgrade");
    assert_eq!(stored.len(), 4 * 16);
    let short = |at: usize| u32::from(u16::from_le_bytes([stored[at], stored[at + 1]]));
    let key = |row: usize| {
        let attributes = 4 * 8 + 4 * row;
        let attributes = u32::from_le_bytes(stored[attributes..attributes + 4].try_into().unwrap());
        let mut key: Vec<_> = (0..4).map(|column| short(2 * (column * 4 + row))).collect();
        key.push(attributes);
        key
    };
    assert!((1..4).all(|row| key(row - 1) < key(row)), "{stored:?}");
}

/// The bytes of a table's stream.
fn stream(file: &[u8], table: &str) -> Vec<u8> {
    let name = StreamName::table(table).unwrap();
    let name = format!("/{}", String::from_utf16(name.units()).unwrap());
    let mut stored = Vec::new();
    let mut reader = cfb::CompoundFile::open_strict(Cursor::new(file)).unwrap();
    std::io::Read::read_to_end(&mut reader.open_stream(name).unwrap(), &mut stored).unwrap();
    stored
}

#[test]
fn the_same_key_twice_is_refused() {
    for other in ["1", "2"] {
        let mut database = Database::default();
        for value in ["1", other] {
            database.insert("Property", ["P".into(), value.into()]).unwrap();
        }
        let refused = database.streams();
        assert!(matches!(refused, Err(Error::Mismatch(_))), "{refused:?}");
    }
    // Keys of several columns may have one in common.
    let mut database = Database::default();
    for component in ["a", "b"] {
        database.insert("CreateFolder", ["d".into(), component.into()]).unwrap();
    }
    assert!(database.streams().is_ok());
}

#[test]
fn rows_that_do_not_fit_are_refused() {
    let long = "x".repeat(73);
    let property = |name: &str, value: Cell| Database::default().insert("Property", [name.into(), value]);
    assert!(property(&long[1..], "v".into()).is_ok());
    for refused in [
        property(&long, "v".into()),
        property("", "v".into()),
        property("P", Cell::Null),
        property("P", "".into()),
        property("P", 1.into()),
        property("P", Cell::Stream),
        Database::default().insert("Property", ["P".into()]),
        Database::default().insert("Nowhere", ["P".into()]),
        Database::default().insert("_Tables", ["P".into()]),
    ] {
        assert!(matches!(refused, Err(Error::Mismatch(_))), "{refused:?}");
    }
    for text in ["\0", "a\tb", "a\nb", "\u{7F}", "\u{85}"] {
        let refused = property("P", text.into());
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let sequence = |number: i32| {
        let row: [Cell; 3] = ["A".into(), Cell::Null, number.into()];
        Database::default().insert("InstallUISequence", row)
    };
    let hash = |part: i32| {
        let [a, b, c, d] = [part; 4].map(Cell::from);
        Database::default().insert("MsiFileHash", ["f".into(), 0.into(), a, b, c, d])
    };
    assert!(sequence(32_767).is_ok() && hash(i32::MIN + 1).is_ok());
    // What would be stored of these says that there is nothing.
    for refused in [sequence(-5), sequence(32_768), sequence(-32_768), hash(i32::MIN)] {
        assert!(matches!(refused, Err(Error::Mismatch(_))), "{refused:?}");
    }
}

#[test]
fn more_texts_than_fit_are_refused() {
    let with = |names: u32, value: &str| {
        let mut database = Database::default();
        for number in 0..names {
            database
                .insert("Property", [format!("P{number}").into(), value.into()])
                .unwrap();
        }
        database.streams()
    };
    assert!(with(60_000, "v").is_ok());
    for refused in [with(65_536, "v"), with(1, &"x".repeat(65_536))] {
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}

/// The name of its stream has no room for it.
#[test]
fn a_binary_with_a_long_name_is_refused() {
    let with = |length: usize| {
        let mut database = Database::default();
        database.insert_binary(&"x".repeat(length), b"data").unwrap();
        database.streams()
    };
    assert!(with(55).is_ok());
    assert!(matches!(with(56), Err(Error::Invalid(_))));
}
