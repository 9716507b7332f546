//! A system that dnf installs packages on, and a repository for it, made with the commands of docs/rpm.md.
//!
//! dnf is this machine's, and installs into the system's files (`--installroot`), which are mounted for it alone. There, one
//! package stands for the distribution: it provides the shell that scriptlets run with.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::chroot::Chroot;
use crate::docs::commands_of;
use crate::foreign_rpm::ForeignRpm;
use crate::host::Host;
use crate::ran::Ran;
use crate::rpm::{Rpm, RpmHost};
use crate::signing::Key;

/// Runs commands, `$3`, outside the system, with the folder of files to exchange where it is seen inside. `$4` are
/// assignments of variables that they use.
const OUTSIDE: &str = r#"
root=$2/root
mount --bind "$2/exchange" /mnt
mount -t proc proc "$root/proc"
export HOME=/mnt/home
dnf() {
  command dnf --installroot="$root" --releasever=1 --noplugins --config=/mnt/home/dnf.conf "$@"
}
eval "$4"
eval "$3"
"#;

/// A system with a repository configured.
pub struct DnfHost {
    host: Chroot,
    repository: PathBuf,
}

impl DnfHost {
    /// A fresh system that has a repository of its own, trusts packages signed with `key`, and has a shell.
    ///
    /// # Panics
    /// If it fails, as all methods.
    #[must_use]
    pub fn trusting(key: Key) -> Self {
        let host = Chroot::fresh();
        let (exchange, inside) = host.exchange();
        let repository = exchange.join("fleet");
        let home = exchange.join("home");
        for folder in [&repository, &home] {
            fs::create_dir(folder).unwrap();
        }
        // Debian's rpm has its database elsewhere.
        fs::write(home.join(".rpmmacros"), "%_dbpath /var/lib/rpm\n").unwrap();
        fs::write(home.join("dnf.conf"), "[main]\ngpgcheck=1\nbest=1\n").unwrap();
        fs::write(exchange.join("key.asc"), key.armored_public()).unwrap();
        host.sh("mkdir -p /etc/yum.repos.d", &[]);
        let shell = ForeignRpm::new("distribution", "1").line("Provides: /bin/sh").build();
        let _ = host.rpm_with(&["--install"], &shell).expect_success();
        let variables = format!("url=file://{inside}/fleet\nkey={inside}/key.asc\n");
        host.sh(&(variables + &commands_of("rpm.md", "trust")), &[]);
        Self { host, repository }
    }

    /// The system.
    #[must_use]
    pub const fn host(&self) -> &Chroot {
        &self.host
    }

    /// The repository's folder.
    #[must_use]
    pub const fn repository(&self) -> &PathBuf {
        &self.repository
    }

    /// Publishes `rpms` beside what is there.
    ///
    /// # Panics
    /// If it fails.
    pub fn publish(&self, rpms: &[&Rpm]) {
        for rpm in rpms {
            fs::copy(rpm.path(), self.repository.join(rpm.file_name())).unwrap();
        }
        let mut command = Command::new("sh");
        command
            .args(["-euc", &commands_of("rpm.md", "publish")])
            .env("repository", &self.repository);
        let _ = Ran::new(command).expect_success();
    }

    /// Runs the commands of docs/rpm.md that are called `name`, successful or not, after `variables` are assigned.
    #[must_use]
    pub fn run(&self, name: &str, variables: &str) -> Ran {
        let commands = commands_of("rpm.md", name);
        Ran::new(self.host.outside(OUTSIDE, &[&commands, variables]))
    }
}
