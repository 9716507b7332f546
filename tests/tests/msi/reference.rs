//! The package against what `wixl` makes of `fixtures/windows/fleet-osquery.wxs` on the same files: table by table, row by row, cell by
//! cell, and how columns are declared. Identifiers that both choose freely are taken for the same if they are of the same path.
//!
//! Where both differ, the difference is on purpose, and stands in [`differences`] with its reason. One that does not, and one that
//! is no more, fail.

mod differences;
mod exported;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::{FLEET_URL, Request};

use self::differences::{DIFFERENCES, TABLES_OF_WIXL};
use self::exported::{Database, Table};

const SOURCE: &str = include_str!("../../../fixtures/windows/fleet-osquery.wxs");

/// The package, and the reference made of its files.
fn databases() -> (Database, Database) {
    let package = Producer::of(&AgentFixture::scripts("1.58.0")).build(&Request::msi().with("fleet-desktop", true));
    let ours = Database::of(&package.path());
    let folder = tempfile::tempdir().unwrap();
    unpack(&package.path(), folder.path());
    let source = folder.path().join("it.wxs");
    fs::write(&source, SOURCE).unwrap();
    let mut wixl = Command::new("wixl");
    wixl.args(["--arch", "x64", "--output", "reference.msi"])
        .current_dir(folder.path());
    for (name, value) in [
        (
            "ProductCode",
            ours.cell("Property", &["ProductCode"], "Value")
                .trim_matches(['{', '}']),
        ),
        ("Version", "1.58.0"),
        ("FleetUrl", FLEET_URL),
        (
            "Environment",
            ours.cell("Registry", &["Fleet_osquery_Environment"], "Value"),
        ),
    ] {
        wixl.arg("-D").arg(format!("{name}={value}"));
    }
    wixl.arg("it.wxs");
    let ran = Ran::new(wixl);
    assert!(ran.succeeded() && ran.stderr.is_empty(), "{ran}");
    let reference = Database::of(&folder.path().join("reference.msi"));
    (ours, reference)
}

/// Has `folder` hold the files of `package` and its scripts.
fn unpack(package: &Path, folder: &Path) {
    let mut msiextract = Command::new("msiextract");
    msiextract.arg("--directory").arg(folder).arg(package);
    let _ = Ran::new(msiextract).expect_success();
    for script in ["CA_EndOrbit", "CA_RemoveOrbit", "CA_UpdateSecret"] {
        let mut msiinfo = Command::new("msiinfo");
        msiinfo.arg("extract").arg(package).arg(format!("Binary.{script}"));
        fs::write(folder.join(script), Ran::new(msiinfo).expect_success()).unwrap();
    }
}

/// What differs, a line each.
#[derive(Default)]
struct Found(BTreeSet<String>);

impl Found {
    fn note(&mut self, table: &str, key: &[String], what: &str) {
        self.0.insert(format!("{table} {}: {what}", key.join(" ")));
    }

    fn compare(&mut self, name: &str, ours: &Table, reference: &Table) {
        assert_eq!(ours.declaration(), reference.declaration(), "{name}");
        for (key, row) in &ours.rows {
            match reference.rows.get(key) {
                None => self.note(name, key, &format!("only ours: {}", row.join(" | "))),
                Some(other) => {
                    for ((column, ours), theirs) in ours.columns.iter().zip(row).zip(other) {
                        if ours != theirs {
                            self.note(name, key, &format!("{column} is {ours:?} and there {theirs:?}"));
                        }
                    }
                }
            }
        }
        for key in reference.rows.keys().filter(|key| !ours.rows.contains_key(*key)) {
            self.note(name, key, "only there");
        }
    }
}

/// Whether `line` is what `pattern` says, in which `*` stands for anything.
fn is_like(line: &str, pattern: &str) -> bool {
    let mut rest = line;
    let pieces: Vec<_> = pattern.split('*').collect();
    for (at, piece) in pieces.iter().enumerate() {
        let found = match at {
            0 => rest.starts_with(piece).then_some(0),
            last if last + 1 == pieces.len() => rest.ends_with(piece).then(|| rest.len() - piece.len()),
            _ => rest.find(piece),
        };
        let Some(found) = found else { return false };
        rest = &rest[found + piece.len()..];
    }
    pieces.len() > 1 || rest.is_empty()
}

#[test]
fn every_table_is_wixls_but_where_it_says_why() {
    let (ours, reference) = databases();
    let mut found = Found::default();
    let names: BTreeSet<_> = ours.tables.keys().chain(reference.tables.keys()).collect();
    for name in names {
        match (ours.tables.get(name), reference.tables.get(name)) {
            (Some(ours), Some(reference)) => found.compare(name, ours, reference),
            // It is looked at in a test of its own.
            (Some(_), None) if name == "_Validation" => {}
            (Some(ours), None) => found.compare(name, ours, &ours.without_rows()),
            (None, Some(table)) => {
                assert!(
                    table.rows.is_empty() && TABLES_OF_WIXL.contains(&name.as_str()),
                    "{name}"
                );
            }
            (None, None) => panic!("{name}"),
        }
    }
    let expected: Vec<_> = DIFFERENCES.iter().flat_map(|(_, lines)| *lines).collect();
    let unexpected: Vec<_> = found
        .0
        .iter()
        .filter(|line| !expected.iter().any(|pattern| is_like(line, pattern)))
        .collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    let no_more: Vec<_> = expected
        .iter()
        .filter(|pattern| !found.0.iter().any(|line| is_like(line, pattern)))
        .collect();
    assert!(no_more.is_empty(), "{no_more:#?}");
}

/// `wixl` writes no `_Validation`, so ours is compared with how it declares columns: what can be null, what is a number and what a text.
#[test]
fn validation_is_of_the_columns_that_wixl_declares() {
    let (ours, reference) = databases();
    let validation = &ours.tables["_Validation"];
    let mut described = BTreeSet::new();
    for (key, row) in &validation.rows {
        let [table, column] = key.as_slice() else {
            panic!("{key:?}")
        };
        described.insert((table.as_str(), column.as_str()));
        let Some(declared) = reference.tables.get(table) else {
            continue;
        };
        let at = declared.columns.iter().position(|name| name == column).unwrap();
        let kind = declared.types[at].as_str();
        let is_nullable = kind.starts_with(|letter: char| letter.is_ascii_uppercase());
        assert_eq!(validation.of(row, "Nullable") == "Y", is_nullable, "{table}.{column}");
        let is_number = kind.starts_with(['i', 'I']);
        // Numbers have ranges, texts have categories.
        assert!(
            !is_number || validation.of(row, "Category").is_empty(),
            "{table}.{column}"
        );
        assert!(
            is_number || validation.of(row, "MinValue").is_empty(),
            "{table}.{column}"
        );
    }
    let is_own = |name: &str| name.starts_with("_Summary") || name.starts_with("_Force");
    for (name, table) in ours.tables.iter().filter(|(name, _)| !is_own(name)) {
        for column in &table.columns {
            assert!(described.contains(&(name.as_str(), column.as_str())), "{name}.{column}");
        }
    }
}

#[test]
fn patterns_are_of_whole_lines() {
    for (line, pattern) in [
        ("a b", "a b"),
        ("a b", "a *"),
        ("a b", "*"),
        ("a b c", "a * c"),
        ("a b", "a b*"),
    ] {
        assert!(is_like(line, pattern), "{line} {pattern}");
    }
    for (line, pattern) in [("a b", "a"), ("a b", "b"), ("a b", "a * c"), ("a", "a*a"), ("", "a")] {
        assert!(!is_like(line, pattern), "{line} {pattern}");
    }
}
