//! A system that commands run on.

use std::process::Command;

use crate::deb::Deb;
use crate::ran::Ran;

/// The name of the packages under test.
pub const PACKAGE: &str = "fleet-osquery";

/// A system that commands run on as root, with an empty environment.
pub trait Host {
    /// A command on the system: program, arguments, and variables of its environment.
    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command;

    /// Makes a deb readable on the system, and returns its path there.
    fn put(&self, deb: &Deb) -> String;

    /// Runs a program.
    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::new(self.command(arguments, &[]))
    }

    /// Runs a shell script that must succeed, and returns its output. `$1` and so on are `arguments`.
    fn sh(&self, script: &str, arguments: &[&str]) -> String {
        let arguments = [&["/bin/sh", "-euc", script, "sh"], arguments].concat();
        self.run(&arguments).expect_success()
    }

    /// The content of a file.
    fn read(&self, path: &str) -> String {
        self.sh(r#"cat -- "$1""#, &[path])
    }

    /// Writes a file as an administrator would with an editor, mode and owner kept.
    fn write(&self, path: &str, content: &str) {
        self.sh(r#"printf %s "$2" >"$1""#, &[path, content]);
    }

    /// Whether there is something at `path`, be it a dangling link.
    fn exists(&self, path: &str) -> bool {
        self.run(&["/bin/sh", "-c", r#"test -e "$1" || test -L "$1""#, "sh", path])
            .succeeded()
    }

    /// `dpkg --install`, successful or not.
    fn dpkg_install(&self, deb: &Deb) -> Ran {
        let path = self.put(deb);
        self.run(&["dpkg", "--install", &path])
    }

    /// Installs or upgrades.
    fn install(&self, deb: &Deb) {
        let _ = self.dpkg_install(deb).expect_success();
        assert_eq!(self.status(), "install ok installed");
    }

    /// Removes the package, but not its configuration.
    fn remove(&self) {
        let _ = self.run(&["dpkg", "--remove", PACKAGE]).expect_success();
    }

    /// Removes the package with its configuration.
    fn purge(&self) {
        let _ = self.run(&["dpkg", "--purge", PACKAGE]).expect_success();
    }

    /// What dpkg says of the package: wanted, fault, state. Empty if it does not know the package.
    fn status(&self) -> String {
        let status = self.run(&["dpkg-query", "--show", "--showformat=${Status}", PACKAGE]);
        if status.succeeded() {
            status.stdout
        } else {
            String::new()
        }
    }
}
