//! Debs that are not ours, made by `dpkg-deb`: what hosts may have installed before, or beside.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::deb::Deb;
use crate::ran::Ran;

/// A package being put together.
pub struct Foreign {
    folder: TempDir,
    name: String,
}

impl Foreign {
    /// An empty package.
    ///
    /// # Panics
    /// If no temporary folder can be made.
    #[must_use]
    pub fn new(name: &str, version: &str) -> Self {
        let foreign = Self {
            folder: tempfile::tempdir().unwrap(),
            name: name.to_owned(),
        };
        let control = format!(
            "Package: {name}\nVersion: {version}\nArchitecture: amd64\nMaintainer: Nobody <nobody@example.com>\n\
             Description: a package of somebody else\n"
        );
        foreign.file("DEBIAN/control", 0o644, &control)
    }

    /// Adds a file, or with a path below `DEBIAN` a control file.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn file(self, path: &str, mode: u32, content: &str) -> Self {
        let path = self.folder.path().join("root").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    /// Adds a maintainer script.
    #[must_use]
    pub fn script(self, name: &str, body: &str) -> Self {
        self.file(
            &format!("DEBIAN/{name}"),
            0o755,
            &format!("#!/bin/sh\nset -e\n{body}\n"),
        )
    }

    /// Builds it.
    ///
    /// # Panics
    /// If `dpkg-deb` refuses.
    #[must_use]
    pub fn build(self) -> Deb {
        let file_name = format!("{}.deb", self.name);
        let root = self.folder.path().join("root");
        open_directories(&root);
        let mut command = Command::new("/usr/bin/dpkg-deb");
        command
            .args(["--root-owner-group", "--build"])
            .arg(root)
            .arg(self.folder.path().join(&file_name));
        let _ = Ran::new(command).expect_success();
        Deb::in_folder(self.folder, &file_name)
    }
}

/// Directories have the modes that the system's have, whatever the umask is.
fn open_directories(directory: &Path) {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    for entry in fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            open_directories(&entry.path());
        }
    }
}
