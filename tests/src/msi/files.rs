//! Files and the cabinets that they are in ("Media Table", "File Table"; ICE04, ICE35, ICE60): sequence numbers count the files in the
//! order of the cabinets, each file is in the cabinet of its medium under its key and as long as the table says, and nothing
//! else is in there. Only files without a version have a hash.

use std::collections::BTreeMap;

use super::database::{Database, Row};
use super::fault::Fault;

pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    let mut files: Vec<Row<'_>> = database.rows("File").collect();
    files.sort_by_key(|file| file.number("Sequence"));
    for (file, sequence) in files.iter().zip(1..) {
        if file.number("Sequence") != Some(sequence) {
            faults.push(Fault::at(
                "file-sequence",
                file,
                "Sequence",
                format!("it should be {sequence}"),
            ));
        }
        let versioned = !file.text("Version").is_empty() && !database.has("File", file.text("Version"));
        if versioned && database.has("MsiFileHash", file.text("File")) {
            faults.push(Fault::at(
                "file-hash",
                file,
                "Version",
                "a file with a version has a hash",
            ));
        }
        if !versioned && !database.has("MsiFileHash", file.text("File")) {
            faults.push(Fault::at(
                "file-hash",
                file,
                "Version",
                "a file without a version has no hash",
            ));
        }
    }
    let mut media: Vec<Row<'_>> = database.rows("Media").collect();
    media.sort_by_key(|medium| medium.number("DiskId"));
    let mut first = 1;
    for medium in &media {
        let last = medium.number("LastSequence").unwrap_or_default();
        if last < first - 1 {
            faults.push(Fault::at(
                "media-sequence",
                medium,
                "LastSequence",
                format!("it is below {first}"),
            ));
        }
        let of_medium = files
            .iter()
            .filter(|file| (first..=last).contains(&file.number("Sequence").unwrap_or_default()));
        check_medium(database, medium, &of_medium.copied().collect::<Vec<_>>(), faults);
        first = last.max(first - 1) + 1;
    }
    if let Some(file) = files
        .iter()
        .find(|file| file.number("Sequence").unwrap_or_default() >= first)
    {
        faults.push(Fault::at("media-sequence", file, "Sequence", "it is on no medium"));
    }
}

fn check_medium(database: &Database, medium: &Row<'_>, files: &[Row<'_>], faults: &mut Vec<Fault>) {
    let Some(stream) = medium.text("Cabinet").strip_prefix('#') else {
        return;
    };
    let Some(cabinet) = database.cabinets.get(stream) else {
        faults.push(Fault::at(
            "cabinet",
            medium,
            "Cabinet",
            format!("there is no cabinet {stream}"),
        ));
        return;
    };
    let listed: BTreeMap<&str, u32> = cabinet
        .iter()
        .map(|file| (file.name.as_str(), file.size_bytes))
        .collect();
    for file in files {
        match listed.get(file.text("File")) {
            None => faults.push(Fault::at("cabinet", file, "File", format!("it is not in {stream}"))),
            Some(size) if i32::try_from(*size).ok() != file.number("FileSize") => {
                faults.push(Fault::at(
                    "file-size",
                    file,
                    "FileSize",
                    format!("it has {size} bytes in {stream}"),
                ));
            }
            Some(_) => {}
        }
    }
    let expected: Vec<&str> = files.iter().map(|file| file.text("File")).collect();
    let names: Vec<&str> = cabinet.iter().map(|file| file.name.as_str()).collect();
    if let Some(surplus) = names.iter().find(|name| !expected.contains(name)) {
        faults.push(Fault::at(
            "cabinet",
            medium,
            "Cabinet",
            format!("{surplus} is in {stream}, and no file of it"),
        ));
    } else if names.len() == expected.len() && names != expected {
        faults.push(Fault::at(
            "cabinet-order",
            medium,
            "Cabinet",
            "its files are in another order than their numbers",
        ));
    }
}
