//! A Debian system in which nothing runs but what a test runs.

use std::path::PathBuf;
use std::process::Command;

use crate::booted::Booted;
use crate::deb::Deb;
use crate::host::Host;
use crate::suite::Suite;
use crate::system::{EXCHANGE, System};

/// Mounts `/proc`, and runs a command in the system, in a child of the namespace's first process: a chroot is known by
/// that process's root being another.
const CHROOT: &str = r#"
root=$2/root
shift 2
mount -t proc proc "$root/proc"
chroot "$root" "$@"
"#;

/// The same, but the command takes the first process's place, as in a container.
const CONTAINER: &str = r#"
root=$2/root
shift 2
mount -t proc proc "$root/proc"
exec chroot "$root" "$@"
"#;

/// No process, no network and no name of this machine is seen inside, and whatever a command started ends with it.
const NAMESPACES: [&str; 6] = ["--pid", "--fork", "--kill-child", "--net", "--ipc", "--uts"];
/// The same with this machine's network.
const NAMESPACES_ON_THE_NET: [&str; 5] = ["--pid", "--fork", "--kill-child", "--ipc", "--uts"];

/// A system that does not run, or not by systemd.
pub struct Chroot {
    system: System,
    enter: &'static str,
    namespaces: &'static [&'static str],
}

impl Chroot {
    /// A fresh Debian 12 in a chroot: an image being built, a system being rescued.
    #[must_use]
    pub fn fresh() -> Self {
        Self::of(Suite::Bookworm)
    }

    /// A fresh system of `suite` in a chroot.
    #[must_use]
    pub fn of(suite: Suite) -> Self {
        Self {
            system: System::of(suite),
            enter: CHROOT,
            namespaces: &NAMESPACES,
        }
    }

    /// A fresh Debian 12 in a container without systemd.
    #[must_use]
    pub fn container() -> Self {
        Self {
            enter: CONTAINER,
            ..Self::fresh()
        }
    }

    /// The same system, which now reaches what listens on this machine.
    #[must_use]
    pub fn on_the_net(self) -> Self {
        Self {
            namespaces: &NAMESPACES_ON_THE_NET,
            ..self
        }
    }

    /// A folder that is seen inside too: its path here, and there.
    #[must_use]
    pub fn exchange(&self) -> (PathBuf, &'static str) {
        (self.system.exchange(), EXCHANGE)
    }

    /// A command that runs a shell script outside, but where nobody else sees what it mounts: see [`System::mounted`].
    pub(crate) fn outside(&self, script: &str, arguments: &[&str]) -> Command {
        self.system.mounted(self.namespaces, script, arguments)
    }

    /// Starts it.
    #[must_use]
    pub fn boot(self) -> Booted {
        Booted::start(self.system)
    }
}

impl Host for Chroot {
    fn command(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
        let mut command = self.system.mounted(self.namespaces, self.enter, arguments);
        command.envs(variables.iter().copied());
        command
    }

    fn put(&self, deb: &Deb) -> String {
        self.system.put(deb)
    }
}
