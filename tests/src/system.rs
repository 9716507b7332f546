//! The files of a Debian system: a base that all tests share and never change, and what one test changed on it.
//!
//! A test's changes are the upper layer of an overlay, which is mounted for one command at a time, in a mount namespace
//! of that command's own. So nothing stays mounted whatever happens to a test, and what is left is a folder.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use crate::deb::Deb;
use crate::suite::Suite;

/// Where the files of [`System::put`] lie inside.
pub(crate) const EXCHANGE: &str = "/mnt";

/// Mounts the overlay, and the folder of files to exchange in it: `$1` is the base, `$2` the test's folder.
const MOUNT: &str = r#"
set -eu
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$2/root"
mount --bind "$2/exchange" "$2/root/mnt"
"#;

/// What commands find programs by, on every Debian system.
pub(crate) const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A fresh Debian system, and a folder for what is changed on it.
pub struct System {
    base: PathBuf,
    folder: TempDir,
}

impl System {
    /// A fresh system of `suite`.
    ///
    /// # Panics
    /// Without root's rights or without the base system, and says what to do.
    #[must_use]
    pub fn of(suite: Suite) -> Self {
        assert!(
            fs::metadata("/proc/self").unwrap().uid() == 0,
            "the scenarios install packages in a Debian system of their own, which takes root's rights: \
             run them as root (`make test` says how)"
        );
        let base = suite.root();
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(Suite::chroots())
            .unwrap();
        for name in ["upper", "work", "root", "exchange"] {
            let directory = folder.path().join(name);
            fs::create_dir(&directory).unwrap();
            // The upper layer's mode is that of the system's `/`, whatever the umask here.
            fs::set_permissions(&directory, fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self { base, folder }
    }

    /// A command that runs a shell script in a mount namespace of its own, in which the system is mounted. `arguments`
    /// follow the base and the folder.
    pub(crate) fn mounted(&self, namespaces: &[&str], script: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("/usr/bin/unshare");
        command
            .env_clear()
            .env("PATH", PATH)
            .args(["--mount", "--propagation", "private"])
            .args(namespaces)
            .args(["--", "/bin/sh", "-c", &format!("{MOUNT}{script}"), "sh"])
            .arg(&self.base)
            .arg(self.folder.path())
            .args(arguments);
        command
    }

    /// Makes a deb readable inside, and returns its path there.
    ///
    /// # Panics
    /// If it cannot be copied.
    pub(crate) fn put(&self, deb: &Deb) -> String {
        fs::copy(deb.path(), self.exchange().join(deb.file_name())).unwrap();
        format!("{EXCHANGE}/{}", deb.file_name())
    }

    /// The folder that is seen inside as [`EXCHANGE`].
    pub(crate) fn exchange(&self) -> PathBuf {
        self.folder.path().join("exchange")
    }
}
