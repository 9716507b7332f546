//! Files that appear whole, and stay.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::thread;

use tempfile::NamedTempFile;

/// Makes a folder with mode 0700, if it is not there.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result,
    }
}

/// Removes whatever a stopped process left in a folder for temporary files.
pub(crate) fn clear_folder(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Writes a file of mode 0600 under its final name. On return its bytes and its name are on the disk; a process killed
/// before leaves it whole or not there, or under a name in `temporary`.
pub(crate) fn write(temporary: &Path, target: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(temporary)?;
    file.write_all(bytes)?;
    persist(file, target)
}

/// Gives a temporary file its final name and syncs both.
pub(crate) fn persist(file: NamedTempFile, target: &Path) -> io::Result<()> {
    let file = file.persist(target).map_err(|error| error.error)?;
    sync(&file, target.parent().unwrap_or(Path::new(".")))
}

/// Syncs a file and the folder that names it. The two waits for the disk run side by side: each is a flush of the whole
/// device, so together they take the time of one.
pub(crate) fn sync(file: &File, folder: &Path) -> io::Result<()> {
    let folder = File::open(folder)?;
    thread::scope(|scope| {
        let beside = thread::Builder::new().spawn_scoped(scope, || folder.sync_all());
        file.sync_all()?;
        match beside {
            Ok(thread) => thread.join().unwrap_or_else(|_| folder.sync_all()),
            Err(_) => folder.sync_all(),
        }
    })
}
