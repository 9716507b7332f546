//! No two files, and no two folders, of a folder have the same name, short or long (ICE30).

use std::collections::BTreeSet;

use super::database::Database;
use super::fault::Fault;

pub(super) fn check(database: &Database, faults: &mut Vec<Fault>) {
    let mut taken = BTreeSet::new();
    let mut take = |folder: &str, name: &str| {
        let mut free = true;
        for part in name.split('|').collect::<BTreeSet<_>>() {
            free &= taken.insert((folder.to_owned(), part.to_lowercase()));
        }
        free
    };
    for directory in database.rows("Directory") {
        let parent = directory.text("Directory_Parent");
        let name = directory.text("DefaultDir").split(':').next().unwrap_or_default();
        let root = parent.is_empty() || parent == directory.text("Directory");
        // Folders of the system, whose names are stand-ins.
        let given = name == "." || super::properties::is_system_folder(directory.text("Directory"));
        if !root && !given && !take(parent, name) {
            faults.push(Fault::at(
                "unique-name",
                &directory,
                "DefaultDir",
                "another folder has the same name",
            ));
        }
    }
    for file in database.rows("File") {
        let component = database.row("Component", file.text("Component_"));
        let folder = component
            .map(|component| component.text("Directory_"))
            .unwrap_or_default();
        if !take(folder, file.text("FileName")) {
            faults.push(Fault::at(
                "unique-name",
                &file,
                "FileName",
                "another file has the same name",
            ));
        }
    }
}
