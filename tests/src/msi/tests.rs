//! For each rule: a package that is right, and one change that breaks that rule and no other.

mod sample;

use super::{Database, Value, faults, validate};
use sample::package;

fn right() -> Database {
    Database::read(&package())
}

/// Changes a value of the row whose first column is `key`.
fn set(database: &mut Database, table: &str, key: &str, column: &str, value: impl Into<Value>) {
    let table = database.tables.get_mut(table).unwrap();
    let index = table.columns.iter().position(|found| found.name == column).unwrap();
    let row = table.rows.iter_mut().find(|row| row[0].as_str() == Some(key));
    row.unwrap()[index] = value.into();
}

fn add(database: &mut Database, table: &str, row: &[Value]) {
    database.tables.get_mut(table).unwrap().rows.push(row.to_vec());
}

fn remove(database: &mut Database, table: &str, key: &str) {
    let rows = &mut database.tables.get_mut(table).unwrap().rows;
    rows.retain(|row| row[0].as_str() != Some(key));
}

/// A change, and the rule that it breaks.
type Break = (&'static str, fn(&mut Database));

const BREAKS: &[Break] = &[
    ("described", |db| remove(db, "_Validation", "Media")),
    ("described", |db| drop(db.tables.remove("AppSearch"))),
    ("unique-key", |db| {
        let row = db.tables["Property"].rows[0].clone();
        add(db, "Property", &row);
    }),
    ("key-not-null", |db| {
        set(db, "AppSearch", "ORBITROOT", "Signature_", Value::Null);
    }),
    ("nullable", |db| set(db, "Feature", "Agent", "Level", Value::Null)),
    ("range", |db| set(db, "ServiceControl", "Control", "Wait", 2)),
    ("category", |db| {
        set(
            db,
            "Component",
            "Program",
            "ComponentId",
            "{a7dfd09e-2d2b-4535-a04f-5d4dee90f863}",
        );
    }),
    ("category", |db| {
        set(
            db,
            "InstallExecuteSequence",
            "StartServices",
            "Condition",
            "VersionNT AND",
        );
    }),
    ("category", |db| {
        set(db, "MsiLockPermissionsEx", "Secret", "SDDLText", "D:PAI(A;;FA;;;XX)");
    }),
    ("set", |db| set(db, "_Validation", "Media", "Nullable", "?")),
    ("foreign-key", |db| {
        set(db, "FeatureComponents", "Agent", "Feature_", "Missing");
    }),
    ("stream", |db| db.streams.retain(|name| name != "Binary.Script")),
    ("unique-name", |db| set(db, "File", "orbit", "FileName", "SECRET.TXT")),
    ("reference", |db| set(db, "Registry", "Path", "Value", "[MISSING]")),
    ("reference", |db| set(db, "Registry", "Path", "Value", "[#missing]")),
    ("reference", |db| {
        set(
            db,
            "InstallExecuteSequence",
            "StartServices",
            "Condition",
            "$Missing=3 OR &Agent=3",
        );
    }),
    ("component-code", |db| {
        let code = db.row("Component", "Root").unwrap().text("ComponentId").to_owned();
        set(db, "Component", "Program", "ComponentId", code.as_str());
    }),
    ("key-path", |db| set(db, "Component", "Root", "KeyPath", "orbit")),
    ("64-bit", |db| set(db, "Component", "Root", "Attributes", 0)),
    ("feature", |db| {
        let rows = &mut db.tables.get_mut("FeatureComponents").unwrap().rows;
        rows.retain(|row| row[1].as_str() != Some("Root"));
    }),
    ("file-hash", |db| remove(db, "MsiFileHash", "secret")),
    ("file-hash", |db| {
        add(
            db,
            "MsiFileHash",
            &["orbit".into(), 0.into(), 1.into(), 2.into(), 3.into(), 4.into()],
        );
    }),
    ("file-size", |db| set(db, "File", "orbit", "FileSize", 8)),
    ("file-sequence", |db| set(db, "File", "flags", "Sequence", 2)),
    ("media-sequence", |db| {
        db.tables.get_mut("Media").unwrap().rows.remove(1);
    }),
    ("cabinet", |db| drop(db.cabinets.remove("own.cab"))),
    ("cabinet", |db| {
        let file = db.cabinets["shared.cab"][0].clone();
        db.cabinets.get_mut("own.cab").unwrap().push(file);
    }),
    ("cabinet-order", |db| db.cabinets.get_mut("own.cab").unwrap().reverse()),
    ("service-type", |db| {
        set(db, "ServiceInstall", "Service", "ServiceType", 1);
    }),
    ("service-name", |db| {
        let mut row = db.tables["ServiceInstall"].rows[0].clone();
        (row[0], row[1]) = ("Other".into(), r"a\b".into());
        add(db, "ServiceInstall", &row);
    }),
    ("service-program", |db| {
        set(db, "ServiceInstall", "Service", "Component_", "Staging");
    }),
    ("service", |db| set(db, "ServiceControl", "Control", "Name", "Another")),
    ("failure-actions", |db| {
        set(db, "MsiServiceConfigFailureActions", "Failure", "DelayActions", "1000");
    }),
    ("locked", |db| {
        set(db, "MsiLockPermissionsEx", "Secret", "LockObject", "missing");
    }),
    ("custom-source", |db| {
        set(db, "CustomAction", "Clean", "Source", "Missing");
    }),
    ("custom-type", |db| {
        set(db, "CustomAction", "SetClean", "Type", 51 + 0x800);
    }),
    ("action", |db| {
        add(
            db,
            "InstallExecuteSequence",
            &["Missing".into(), Value::Null, 4242.into()],
        );
    }),
    ("sequence-number", |db| {
        set(db, "InstallExecuteSequence", "SetClean", "Sequence", 1500);
    }),
    ("order", |db| {
        set(db, "InstallExecuteSequence", "FileCost", "Sequence", 550);
    }),
    ("order", |db| {
        set(db, "InstallExecuteSequence", "AppSearch", "Sequence", 350);
    }),
    ("deferred", |db| {
        set(db, "InstallExecuteSequence", "Clean", "Sequence", 2900);
    }),
    ("complete", |db| {
        remove(db, "InstallExecuteSequence", "WriteRegistryValues");
    }),
    ("removal", |db| {
        set(db, "InstallExecuteSequence", "RemoveExistingProducts", "Sequence", 2350);
    }),
    ("property", |db| remove(db, "Property", "Manufacturer")),
    ("property", |db| {
        set(db, "Property", "ProductVersion", "Value", "256.0.0");
    }),
    ("public", |db| {
        set(
            db,
            "Property",
            "SecureCustomProperties",
            "Value",
            "OLDER;ORBITROOT;Fleet",
        );
    }),
    ("secure", |db| {
        set(db, "Property", "SecureCustomProperties", "Value", "ORBITROOT");
    }),
    ("summary", |db| db.summary.page_count = Some(200)),
    ("summary", |db| db.summary.architecture = Some("Intel64".into())),
    ("summary", |db| db.summary.word_count = Some(0)),
    ("summary", |db| db.summary.package_code = None),
    ("summary", |db| db.summary.languages = vec![1031]),
];

#[test]
fn a_package_that_is_right_has_no_faults() {
    let found: Vec<String> = validate(&package()).iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn each_rule_catches_what_breaks_it_and_no_other_does() {
    let right = right();
    let mut wrong = Vec::new();
    for (index, (rule, change)) in BREAKS.iter().enumerate() {
        let mut database = right.clone();
        change(&mut database);
        let found = faults(&database);
        if found.is_empty() || found.iter().any(|fault| fault.rule != *rule) {
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            wrong.push(format!("change {index}, of {rule}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_files_of_another_tools_cabinet_are_listed() {
    let database = Database::read(&crate::foreign_msi::sample("1.58.0"));
    let [file] = &database.cabinets["sample.cab"][..] else {
        panic!("{:?}", database.cabinets);
    };
    assert_eq!(file.name, "orbit");
    let row = database.row("File", "orbit").unwrap();
    assert_eq!(row.number("FileSize"), i32::try_from(file.size_bytes).ok());
}
