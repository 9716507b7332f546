//! Writes the sample file and the page about the settings from the table.

use std::path::Path;
use std::{fs, io};

fn main() -> io::Result<()> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::write(workspace.join("packager.sample.toml"), packager_settings::sample())?;
    fs::create_dir_all(workspace.join("docs"))?;
    fs::write(workspace.join("docs/settings.md"), packager_settings::document())
}
