//! rpms that are not ours, made by `rpmbuild`: what hosts may have installed before, or beside.

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use tempfile::TempDir;

use crate::ran::Ran;
use crate::rpm::Rpm;

/// A package being put together.
pub struct ForeignRpm {
    folder: TempDir,
    preamble: String,
    files: String,
    scripts: String,
}

impl ForeignRpm {
    /// An empty package.
    ///
    /// # Panics
    /// If no temporary folder can be made.
    #[must_use]
    pub fn new(name: &str, version: &str) -> Self {
        let preamble = format!(
            "Name: {name}\nVersion: {version}\nRelease: 1\nSummary: a package of somebody else\nLicense: MIT\n\
             AutoReqProv: no\n%global _build_id_links none\n%define __os_install_post %nil\n"
        );
        Self {
            folder: tempfile::tempdir().unwrap(),
            preamble,
            files: String::new(),
            scripts: String::new(),
        }
    }

    /// Adds a line in front of everything, as `Provides: /bin/sh`.
    #[must_use]
    pub fn line(mut self, line: &str) -> Self {
        self.preamble = self.preamble + line + "\n";
        self
    }

    /// Adds a file.
    ///
    /// # Panics
    /// If it cannot be written.
    #[must_use]
    pub fn file(mut self, path: &str, mode: u32, content: &str) -> Self {
        let inside = self.folder.path().join("root").join(path);
        fs::create_dir_all(inside.parent().unwrap()).unwrap();
        fs::write(&inside, content).unwrap();
        fs::set_permissions(&inside, fs::Permissions::from_mode(mode)).unwrap();
        writeln!(self.files, "%attr({mode:04o},root,root) /{path}").unwrap();
        self
    }

    /// Adds a directory.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    pub fn directory(mut self, path: &str, mode: u32) -> Self {
        fs::create_dir_all(self.folder.path().join("root").join(path)).unwrap();
        writeln!(self.files, "%dir %attr({mode:04o},root,root) /{path}").unwrap();
        self
    }

    /// Adds a scriptlet: `post`, `preun` and so on.
    ///
    /// # Panics
    /// Never: writing to a string does not fail.
    #[must_use]
    pub fn script(mut self, name: &str, body: &str) -> Self {
        writeln!(self.scripts, "%{name}\n{body}").unwrap();
        self
    }

    /// Builds it.
    ///
    /// # Panics
    /// If `rpmbuild` refuses.
    #[must_use]
    pub fn build(self) -> Rpm {
        let path = |name: &str| self.folder.path().join(name).display().to_string();
        let root = path("root");
        fs::create_dir_all(&root).unwrap();
        let spec = format!(
            "{}%description\na package of somebody else\n%install\ncp -a {root}/. %{{buildroot}}/\n%files\n{}{}",
            self.preamble, self.files, self.scripts
        );
        let spec_file = path("it.spec");
        fs::write(&spec_file, spec).unwrap();
        let top = format!("_topdir {}", path("top"));
        let out = format!("_rpmdir {}", path("out"));
        let mut command = Command::new("/usr/bin/rpmbuild");
        command
            .args([
                "-bb", "--quiet", "--target", "x86_64", "--define", &top, "--define", &out,
            ])
            .args(["--define", "_rpmfilename it.rpm", "--dbpath", &path("db"), &spec_file])
            .env("HOME", self.folder.path());
        let _ = Ran::new(command).expect_success();
        let folder = tempfile::tempdir().unwrap();
        fs::copy(path("out/it.rpm"), folder.path().join("it.rpm")).unwrap();
        Rpm::in_folder(folder, "it.rpm")
    }
}
