//! The deb of the service itself, as `make deb` makes it.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{LazyLock, Mutex, PoisonError};

use tempfile::TempDir;

use crate::deb::Deb;
use crate::product::packager;
use crate::ran::Ran;

/// Its name.
pub const SERVICE_PACKAGE: &str = "fleet-packager";

/// Makes the deb of version `$3` in `$2`, with the recipe `$1` and the program `$4`. What debugs the program is left out at
/// once, and nothing is compressed well: both take longer than all the rest.
const MAKE: &str = r#"
export DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1
strip --strip-debug -o "$2/packager" "$4"
"$1" "$2/packager" "$2" "$3"
rm "$2/packager"
"#;

/// Those of this process, by version.
static DEBS: LazyLock<Mutex<HashMap<String, TempDir>>> = LazyLock::new(Mutex::default);

/// The deb of the program under test, as if that were of this version.
///
/// # Panics
/// If it cannot be made.
#[must_use]
pub fn service_deb(version: &str) -> Deb {
    let mut debs = DEBS.lock().unwrap_or_else(PoisonError::into_inner);
    let made = debs.entry(version.to_owned()).or_insert_with(|| make(version));
    let file_name = fs::read_dir(made.path()).unwrap().next().unwrap().unwrap().file_name();
    let folder = tempfile::tempdir().unwrap();
    let _ = fs::copy(made.path().join(&file_name), folder.path().join(&file_name)).unwrap();
    Deb::in_folder(folder, file_name.to_str().unwrap())
}

fn make(version: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../debian/build");
    let mut command = Command::new("/bin/sh");
    command
        .args(["-euc", MAKE, "sh"])
        .arg(recipe)
        .arg(folder.path())
        .arg(version)
        .arg(packager());
    let _ = Ran::new(command).expect_success();
    folder
}
