//! Files, directories, components and cabinets.
//!
//! Each file is a component of its own, as the rules for components want programs to be, with the file as its key path.
//! A directory with nothing in it has a component that makes it, and so has the first one, which says who may do
//! what in all that is below it.

use std::collections::HashSet;

use super::super::database::{Cell, Database};
use super::super::listed::{FileNotes, Listed, What};
use super::super::names;
use super::{Cabinet, Names};
use crate::Error;
use crate::order::check_order;

/// `msidbComponentAttributes64bit`.
const IS_64_BIT: i32 = 256;
/// `msidbFileAttributesVital`: without the file, the installation fails.
const VITAL: i32 = 512;
/// Everything for the system and administrators, reading and running for users, here and below, whatever stands above (Windows SDK,
/// "Security Descriptor String Format").
const FOLDER: &str = "O:SYG:SYD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1200a9;;;BU)";
/// The same for a file.
const FILE: &str = "O:SYG:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)";
/// For the system and administrators alone.
const SECRET_FILE: &str = "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)";
/// Where programs are.
const PROGRAMS: &str = "ProgramFiles64Folder";

pub(super) fn insert(database: &mut Database, names: &Names<'_>, cabinets: &[Cabinet]) -> Result<(), Error> {
    let entries: Vec<_> = cabinets.iter().flat_map(|cabinet| &cabinet.entries).collect();
    let is_directory = |entry: &Listed| entry.what == What::Directory;
    check_order(entries.iter().map(|entry| (entry.path.as_str(), is_directory(entry))))?;
    // To Windows, names that differ in case alone are the same.
    let mut paths = HashSet::new();
    if let Some(double) = entries.iter().find(|entry| !paths.insert(entry.path.to_lowercase())) {
        return Err(Error::Mismatch(format!("{} is there twice", double.path)));
    }
    let programs = names.0.service.iter().map(|service| &service.program);
    let mut relied_on = names.0.known.iter().map(|known| &known.path).chain(programs);
    if let Some(unknown) = relied_on.find(|path| !paths.contains(&path.to_lowercase())) {
        return Err(Error::Mismatch(format!("{unknown} is not there")));
    }

    database.insert("Directory", ["TARGETDIR".into(), Cell::Null, "SourceDir".into()])?;
    database.insert("Directory", [PROGRAMS.into(), "TARGETDIR".into(), ".".into()])?;
    let filled: HashSet<_> = entries.iter().filter_map(|entry| parent(&entry.path)).collect();
    for entry in entries.iter().filter(|entry| is_directory(entry)) {
        let path = entry.path.as_str();
        insert_directory(database, names, path)?;
        if parent(path).is_none() {
            insert_folder(database, names, path)?;
            lock(database, &names.directory(path), "CreateFolder", FOLDER)?;
        } else if !filled.contains(path) {
            insert_folder(database, names, path)?;
        }
    }

    let mut sequence = 0;
    for (disk, cabinet) in (1..).zip(cabinets) {
        for entry in &cabinet.entries {
            if let What::File(notes) = &entry.what {
                sequence += 1;
                insert_file(database, names, &entry.path, notes, sequence)?;
            }
        }
        let stream = format!("#{}", cabinet.stream);
        let media: [Cell; 6] = [
            disk.into(),
            sequence.into(),
            Cell::Null,
            stream.into(),
            Cell::Null,
            Cell::Null,
        ];
        database.insert("Media", media)?;
    }
    Ok(())
}

fn insert_directory(database: &mut Database, names: &Names<'_>, path: &str) -> Result<(), Error> {
    let above = parent(path).map_or_else(|| PROGRAMS.to_owned(), |above| names.directory(above));
    let row = [
        names.directory(path).into(),
        above.into(),
        names::file_name(path)?.into(),
    ];
    database.insert("Directory", row)
}

/// The component that makes a directory. A component without a key path has its directory for one.
fn insert_folder(database: &mut Database, names: &Names<'_>, path: &str) -> Result<(), Error> {
    let directory = names.directory(path);
    let component = insert_component(database, names, path, &directory, None)?;
    database.insert("CreateFolder", [directory.into(), component.into()])
}

fn insert_file(
    database: &mut Database,
    names: &Names<'_>,
    path: &str,
    notes: &FileNotes,
    sequence: i32,
) -> Result<(), Error> {
    let directory = parent(path).map(|directory| names.directory(directory));
    let directory = directory.ok_or_else(|| Error::Mismatch(format!("{path} lacks its directory")))?;
    let file = names::file(path);
    let component = insert_component(database, names, path, &directory, Some(&file))?;
    let size = i32::try_from(notes.size_bytes).map_err(|_| Error::Invalid(format!("{path} is too large")))?;
    let version = notes.version.as_ref();
    let row: [Cell; 8] = [
        file.as_str().into(),
        component.into(),
        names::file_name(path)?.into(),
        size.into(),
        version.map(|version| &version.version).into(),
        version.map(|version| &version.language).into(),
        VITAL.into(),
        sequence.into(),
    ];
    database.insert("File", row)?;
    // Files with a version are compared by it.
    if let (None, Some([a, b, c, d])) = (version, notes.md5.and_then(hash_parts)) {
        database.insert(
            "MsiFileHash",
            [file.as_str().into(), 0.into(), a.into(), b.into(), c.into(), d.into()],
        )?;
    }
    lock(
        database,
        &file,
        "File",
        if notes.is_secret { SECRET_FILE } else { FILE },
    )
}

fn insert_component(
    database: &mut Database,
    names: &Names<'_>,
    path: &str,
    directory: &str,
    key_path: Option<&str>,
) -> Result<String, Error> {
    let (component, code) = names.component(path);
    let row: [Cell; 6] = [
        component.as_str().into(),
        code.into(),
        directory.into(),
        IS_64_BIT.into(),
        Cell::Null,
        key_path.into(),
    ];
    database.insert("Component", row)?;
    database.insert(
        "FeatureComponents",
        [(&names.0.feature).into(), component.as_str().into()],
    )?;
    Ok(component)
}

fn lock(database: &mut Database, object: &str, table: &str, descriptor: &str) -> Result<(), Error> {
    let row = [
        object.into(),
        object.into(),
        table.into(),
        descriptor.into(),
        Cell::Null,
    ];
    database.insert("MsiLockPermissionsEx", row)
}

/// An MD5 value as four numbers, the lowest byte first. None if one of them is the number that no cell can have: then the file is
/// compared by its times, as one without a hash.
fn hash_parts(md5: [u8; 16]) -> Option<[i32; 4]> {
    let mut parts = [0; 4];
    for (part, bytes) in parts.iter_mut().zip(md5.as_chunks().0) {
        *part = i32::from_le_bytes(*bytes);
    }
    (!parts.contains(&i32::MIN)).then_some(parts)
}

fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(parent, _)| parent)
}
