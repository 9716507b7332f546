//! How long the tables of a Windows installer take: `cargo run --release -p packager-fleetd --example msi_tables`.
//!
//! Measured: composing a package of the sample agent, whose shared parts are there; writing the same tables into memory with the `msi` crate, row
//! by row and table by table; and `wixl` on the same files, with the process and the cabinet that it makes. All in one run, medians.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::panic, missing_docs)]

use std::collections::HashMap;
use std::hint::black_box;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use msi::{Column, ColumnType, Insert, PackageType, Select, Value};
use packager_artifact::{Part, Sha256Digest, SharedPart, Unsigned};
use packager_fleetd::{
    Codes, Component, Fetched, LocalMetadata, Program, RoleDocuments, base_tree, component_tree, metadata_tree,
    own_tree, package,
};
use packager_formats::msi::{SharedNotes, compose, write_shared};
use packager_formats::{Content, Effort, Format};
use packager_sample_agent::{Architecture, Program as Sample};
use packager_spec::{PackageSpec, Submission};
use uuid::Uuid;
use zeroize::Zeroizing;

const UPDATE_URL: &str = "https://tuf.example";
const REQUEST: &[u8] =
    br#"{"type":"msi","fleet_url":"https://fleet.example","enroll_secret":"sample","fleet-desktop":true}"#;
const SOURCE: &str = include_str!("../../../fixtures/windows/fleet-osquery.wxs");

type Rows = Vec<Vec<Value>>;

fn main() {
    let agent = Agent::new();
    let compose = median(2000, || drop(black_box(agent.compose())));
    let bytes = agent.bytes(&agent.compose());
    let tables = tables(&bytes);
    let rows: usize = tables.iter().map(|(_, _, rows)| rows.len()).sum();
    let by_table = median(100, || drop(black_box(write(&tables, usize::MAX))));
    let by_row = median(20, || drop(black_box(write(&tables, 1))));
    let folder = tempfile::tempdir().unwrap();
    unpack(&bytes, folder.path());
    let wixl = median(20, || wixl(folder.path()));
    println!(
        "{} tables, {rows} rows, beside those of _Tables, _Columns and _Validation",
        tables.len()
    );
    println!("composed, own cabinet and layout included: {compose:?}");
    println!("msi crate, tables alone: {by_table:?} a table at a time, {by_row:?} a row at a time");
    println!("wixl, all of it: {wixl:?}");
}

fn median(rounds: usize, mut work: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..rounds)
        .map(|_| {
            let started = Instant::now();
            work();
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times.get(rounds / 2).copied().unwrap_or_default()
}

/// What a service composes packages of: the shared parts of the sample agent, and where they lie.
struct Agent {
    shared: Vec<(SharedPart, SharedNotes)>,
    shelf: HashMap<SharedPart, Vec<u8>>,
}

impl Agent {
    fn new() -> Self {
        let mut trees = vec![base_tree(Format::Msi).unwrap()];
        for component in Component::all_of(&spec()) {
            let sample = match component.program {
                Program::Orbit => Sample::Orbit,
                Program::Osqueryd => Sample::Osqueryd,
                Program::Desktop => Sample::FleetDesktop,
            };
            let program = sample.release(Architecture::X64, "1.58.0").unwrap();
            let program: Arc<dyn Content> = Arc::new(Zeroizing::new(program));
            trees.push(component_tree(&component, &Fetched::Executable(program)).unwrap());
        }
        let roles = RoleDocuments {
            root: b"{}",
            timestamp: b"{}",
            snapshot: b"{}",
            targets: b"{}",
        };
        trees.push(metadata_tree(Format::Msi, &LocalMetadata::new(roles).unwrap()).unwrap());
        let (mut shared, mut shelf) = (Vec::new(), HashMap::new());
        for tree in trees {
            let (bytes, notes) = write_shared(&tree, Effort::Quick, 1, Vec::new()).unwrap();
            let part = SharedPart {
                sha256: Sha256Digest::of(&bytes),
                size_bytes: bytes.len() as u64,
            };
            shelf.insert(part, bytes);
            shared.push((part, notes));
        }
        Self { shared, shelf }
    }

    /// Everything that a package takes but for being stored.
    fn compose(&self) -> Unsigned {
        let spec = spec();
        let codes = Codes {
            product: Uuid::from_u128(1),
            package: Uuid::from_u128(2),
        };
        let package = package(&spec, UPDATE_URL, "1.58.0", 1, codes).unwrap();
        let shared: Vec<_> = self.shared.iter().map(|(part, notes)| (*part, notes)).collect();
        compose(&package, &shared, &own_tree(&spec, UPDATE_URL).unwrap()).unwrap()
    }

    fn bytes(&self, package: &Unsigned) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in &package.parts {
            match part {
                Part::Own(own) => bytes.extend_from_slice(own.expose()),
                Part::Shared(part) => bytes.extend_from_slice(self.shelf.get(part).unwrap()),
            }
        }
        bytes
    }
}

fn spec() -> PackageSpec {
    Submission::parse(REQUEST).unwrap().spec
}

/// The tables of a package, with their rows.
fn tables(bytes: &[u8]) -> Vec<(String, Vec<Column>, Rows)> {
    let mut package = msi::Package::open(Cursor::new(bytes)).unwrap();
    let names: Vec<_> = package.tables().map(|table| table.name().to_owned()).collect();
    let mut tables = Vec::new();
    for name in names.into_iter().filter(|name| !name.starts_with('_')) {
        let columns = package.get_table(&name).unwrap().columns().iter().map(column).collect();
        let rows = package.select_rows(Select::table(name.as_str())).unwrap();
        let rows = rows.map(|row| (0..row.len()).map(|at| row[at].clone()).collect());
        let rows = rows.collect();
        tables.push((name, columns, rows));
    }
    tables
}

/// The same column without what the crate cannot say of it: that it refers to one of several tables.
fn column(column: &Column) -> Column {
    let mut builder = Column::build(column.name());
    if column.is_primary_key() {
        builder = builder.primary_key();
    }
    if column.is_nullable() {
        builder = builder.nullable();
    }
    if column.is_localizable() {
        builder = builder.localizable();
    }
    match column.coltype() {
        ColumnType::Int16 => builder.int16(),
        ColumnType::Int32 => builder.int32(),
        ColumnType::Str(length) => builder.string(length),
        ColumnType::Binary => builder.binary(),
    }
}

/// Writes tables, so many rows at a time.
fn write(tables: &[(String, Vec<Column>, Rows)], at_a_time: usize) -> Vec<u8> {
    let mut package = msi::Package::create(PackageType::Installer, Cursor::new(Vec::new())).unwrap();
    for (name, columns, rows) in tables {
        package.create_table(name.as_str(), columns.clone()).unwrap();
        for rows in rows.chunks(at_a_time.min(rows.len().max(1))) {
            let insert = Insert::into(name.as_str()).rows(rows.to_vec());
            package.insert_rows(insert).unwrap();
        }
    }
    package.into_inner().unwrap().into_inner()
}

/// Has `folder` hold the package's files and scripts, and the source that `wixl` compiles.
fn unpack(bytes: &[u8], folder: &Path) {
    std::fs::write(folder.join("it.msi"), bytes).unwrap();
    std::fs::write(folder.join("it.wxs"), SOURCE).unwrap();
    let script = "msiextract it.msi && for it in CA_RemoveOrbit CA_UpdateSecret; do msiinfo extract it.msi Binary.$it >$it; done";
    run(Command::new("sh").args(["-euc", script]).current_dir(folder));
}

fn wixl(folder: &Path) {
    let mut wixl = Command::new("wixl");
    wixl.args(["--arch", "x64", "--output", "reference.msi"])
        .current_dir(folder);
    for variable in [
        "ProductCode=00000000-0000-0000-0000-000000000001",
        "Version=1.58.0",
        "FleetUrl=https://fleet.example",
        "Environment=A=1[~]B=2",
    ] {
        wixl.args(["-D", variable]);
    }
    run(wixl.arg("it.wxs"));
}

fn run(command: &mut Command) {
    let status = command.stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{command:?}");
}
