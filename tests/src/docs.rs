//! The commands of docs/debian.md and docs/rpm.md, so that what is documented is what is tested.

use std::fs;
use std::path::Path;

/// The commands that follow the mark `<!-- commands: NAME -->` in docs/debian.md, as they stand there.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn commands(name: &str) -> String {
    commands_of("debian.md", name)
}

/// The commands that follow the mark `<!-- commands: NAME -->` in a page of docs, as they stand there.
///
/// # Panics
/// If there are none.
#[must_use]
pub fn commands_of(page: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(page);
    let text = fs::read_to_string(path).unwrap();
    let mark = format!("<!-- commands: {name} -->\n```sh\n");
    let block = text.split_once(&mark).and_then(|(_, rest)| rest.split_once("```"));
    block
        .unwrap_or_else(|| panic!("docs/{page} has no commands {name:?}"))
        .0
        .to_owned()
}
