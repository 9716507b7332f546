//! The files of a Windows: what Wine calls a prefix.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{EXCHANGE, folder};
use crate::ran::Ran;

/// A copy of the template.
pub(super) struct Prefix {
    folder: TempDir,
}

impl Prefix {
    pub(super) fn fresh() -> Self {
        let template = folder().join("prefix").canonicalize().unwrap_or_else(|_| {
            panic!("the scenarios of msi packages need a Windows in target/wine: `make wine` makes it")
        });
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(template.parent().unwrap())
            .unwrap();
        let prefix = Self { folder };
        for directory in [prefix.root(), prefix.exchange()] {
            fs::create_dir(directory).unwrap();
        }
        // Wine's server writes the registry's files; nothing writes those of the drive.
        for (option, which) in [("--link", "drive_c"), ("--no-target-directory", "dosdevices")] {
            let mut cp = Command::new("/bin/cp");
            cp.args(["--archive", option]);
            cp.arg(template.join(which)).arg(prefix.root().join(which));
            let _ = Ran::new(cp).expect_success();
        }
        for name in ["system.reg", "user.reg", "userdef.reg", ".update-timestamp"] {
            fs::copy(template.join(name), prefix.root().join(name)).unwrap();
        }
        symlink(
            prefix.exchange(),
            prefix.root().join("dosdevices").join(EXCHANGE.to_lowercase()),
        )
        .unwrap();
        prefix
    }

    pub(super) fn root(&self) -> PathBuf {
        self.folder.path().join("prefix")
    }

    pub(super) fn exchange(&self) -> PathBuf {
        self.folder.path().join("exchange")
    }

    /// Where a path of the Windows lies.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        let (drive, rest) = path.split_at(2);
        let root = match drive {
            "C:" => self.root().join("drive_c"),
            EXCHANGE => self.exchange(),
            _ => panic!("there is no drive {drive}"),
        };
        rest.split('\\')
            .filter(|name| !name.is_empty())
            .fold(root, |path: PathBuf, name| Path::join(&path, name))
    }
}
