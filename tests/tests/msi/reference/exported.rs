//! A database as `msiinfo` exports it: a table is lines of columns' names, their types, the table's name with its keys, and rows, with tabs
//! between cells (Windows Installer SDK, "Text Archive Files").

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::Command;

use packager_tests::ran::Ran;

/// Names that are known elsewhere. All others are chosen freely.
const KNOWN: [&str; 7] = [
    "TARGETDIR",
    "ProgramFiles64Folder",
    "ORBITROOT",
    "ORBITBIN",
    "ORBITBINORBIT",
    "C_ORBITROOT",
    "C_ORBITBIN",
];

/// A table.
#[derive(Default, Clone)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) types: Vec<String>,
    keys: Vec<String>,
    /// By their keys.
    pub(super) rows: BTreeMap<Vec<String>, Vec<String>>,
}

impl Table {
    fn parse(text: &str) -> Self {
        let mut lines = text
            .lines()
            .map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
        let (columns, types) = (lines.next().unwrap(), lines.next().unwrap());
        let keys = lines.next().unwrap()[1..].to_vec();
        let mut table = Self {
            columns,
            types,
            keys,
            rows: BTreeMap::new(),
        };
        table.fill(lines);
        table
    }

    fn fill(&mut self, rows: impl Iterator<Item = Vec<String>>) {
        for row in rows {
            assert_eq!(row.len(), self.columns.len(), "{row:?}");
            let key = self.keys.iter().map(|key| self.of(&row, key).to_owned()).collect();
            assert!(self.rows.insert(key, row).is_none());
        }
    }

    /// The cell of `row` in `column`.
    pub(super) fn of<'a>(&self, row: &'a [String], column: &str) -> &'a str {
        let at = self.columns.iter().position(|name| name == column);
        &row[at.unwrap_or_else(|| panic!("{column}"))]
    }

    /// Columns, their types, and keys.
    pub(super) fn declaration(&self) -> (&[String], &[String], &[String]) {
        (&self.columns, &self.types, &self.keys)
    }

    pub(super) fn without_rows(&self) -> Self {
        Self {
            rows: BTreeMap::new(),
            ..self.clone()
        }
    }
}

/// All tables, by their names.
pub(super) struct Database {
    pub(super) tables: BTreeMap<String, Table>,
}

impl Database {
    /// Reads a package. What is named freely is called after its path.
    pub(super) fn of(package: &Path) -> Self {
        // It writes what is in `Binary` where it runs.
        let folder = tempfile::tempdir().unwrap();
        let msiinfo = |arguments: &[&str]| {
            let mut msiinfo = Command::new("msiinfo");
            msiinfo.current_dir(&folder);
            msiinfo.arg(arguments[0]).arg(package).args(&arguments[1..]);
            Ran::new(msiinfo).expect_success()
        };
        let mut tables = BTreeMap::new();
        for name in msiinfo(&["tables"]).lines() {
            let text = msiinfo(&["export", name]);
            let text = text.trim_end_matches('\0');
            // It is no table, but the code page in the place of one.
            let table = if name == "_ForceCodepage" {
                Table::parse(&format!(
                    "CodePage\ni2\n{name}\tCodePage\n{}",
                    text.trim().split('\t').next().unwrap()
                ))
            } else {
                Table::parse(text)
            };
            tables.insert(name.to_owned(), table);
        }
        let mut database = Self { tables };
        database.rename();
        database
    }

    /// The cell of the row with this key.
    pub(super) fn cell(&self, table: &str, key: &[&str], column: &str) -> &str {
        let table = &self.tables[table];
        let key: Vec<_> = key.iter().map(|&cell| cell.to_owned()).collect();
        table.of(&table.rows[&key], column)
    }

    fn rename(&mut self) {
        let names = Names::of(self);
        for table in self.tables.values_mut() {
            let rows = std::mem::take(&mut table.rows);
            let columns = table.columns.clone();
            table.fill(rows.into_values().map(|row| {
                let cells = columns.iter().zip(row);
                cells.map(|(column, cell)| names.name(column, cell)).collect()
            }));
        }
    }
}

/// What free names are replaced by.
struct Names {
    files: HashMap<String, String>,
    directories: HashMap<String, String>,
    components: HashMap<String, String>,
}

impl Names {
    fn of(database: &Database) -> Self {
        let long = |name: &str| name.rsplit('|').next().unwrap().to_owned();
        let path = |directory: &str| {
            let (mut directory, mut path) = (directory.to_owned(), String::new());
            while directory != "ProgramFiles64Folder" && directory != "TARGETDIR" {
                path = format!(
                    "{}/{path}",
                    long(database.cell("Directory", &[&directory], "DefaultDir"))
                );
                directory = database.cell("Directory", &[&directory], "Directory_Parent").to_owned();
            }
            path
        };
        let keys = |table: &str| database.tables[table].rows.keys().map(|key| key[0].clone());
        let directories: HashMap<_, _> = keys("Directory").map(|name| (name.clone(), path(&name))).collect();
        let files: HashMap<_, _> = keys("File")
            .map(|name| {
                let component = database.cell("File", &[&name], "Component_");
                let directory = database.cell("Component", &[component], "Directory_");
                let path = directories[directory].clone() + &long(database.cell("File", &[&name], "FileName"));
                (name, path)
            })
            .collect();
        let components = keys("Component").map(|name| {
            let path = match database.cell("Component", &[&name], "KeyPath") {
                "" => &directories[database.cell("Component", &[&name], "Directory_")],
                file => &files[file],
            };
            (name.clone(), path.clone())
        });
        Self {
            components: components.collect(),
            files,
            directories,
        }
    }

    fn name(&self, column: &str, cell: String) -> String {
        if KNOWN.contains(&cell.as_str()) {
            return cell;
        }
        let found = match column {
            "File" | "File_" | "KeyPath" | "LockObject" | "MsiLockPermissionsEx" => self.files.get(&cell),
            "Component" | "Component_" => self.components.get(&cell),
            "Directory" | "Directory_" | "Directory_Parent" => self.directories.get(&cell),
            _ => None,
        };
        found.cloned().unwrap_or(cell)
    }
}
