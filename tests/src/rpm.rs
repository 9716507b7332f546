//! rpm packages, and hosts that rpm installs them on.
//!
//! The hosts are Debian systems: their releases have an older, a newer and a yet newer rpm, each with systemd and a shell.
//! rpm's own database knows nothing of the shell there, so packages are installed without regard to dependencies; that these
//! are right is shown with dnf.

use crate::agent::AgentFixture;
use crate::deb::Deb;
use crate::host::{Host, PACKAGE};
use crate::listing::Listing;
use crate::producer::Producer;
use crate::ran::Ran;
use crate::request::Request;

/// An rpm in a file.
pub type Rpm = Deb;

/// Where rpm's database is on hosts. Debian's rpm has another default, for it installs nothing there.
const DATABASE: [&str; 2] = ["--dbpath", "/var/lib/rpm"];

/// What rpm itself writes.
pub const RECORDS: [&str; 1] = ["/var/lib/rpm"];

/// Has a service on top of a repository with `agent` make the rpm that `request` asks for.
///
/// # Panics
/// If it cannot be made.
#[must_use]
pub fn build_rpm(request: &Request, agent: &AgentFixture) -> Rpm {
    Producer::of(agent).build(request)
}

/// A system on which packages are rpm's.
pub trait RpmHost: Host {
    /// `rpm` with arguments, successful or not.
    fn rpm(&self, arguments: &[&str]) -> Ran {
        self.run(&[&["rpm"], &DATABASE[..], arguments].concat())
    }

    /// What `rpm` says.
    fn ask_rpm(&self, arguments: &[&str]) -> String {
        self.rpm(arguments).expect_success()
    }

    /// `rpm --install` or `rpm --upgrade` and the like, successful or not.
    fn rpm_with(&self, mode: &[&str], rpm: &Rpm) -> Ran {
        let path = self.put(rpm);
        self.rpm(&[mode, &["--nodeps", &path]].concat())
    }

    /// Installs or upgrades. No scriptlet fails.
    fn upgrade(&self, rpm: &Rpm) {
        let ran = self.rpm_with(&["--upgrade"], rpm);
        assert!(ran.succeeded() && !ran.stderr.contains("scriptlet failed"), "{ran}");
        assert_eq!(self.installed().lines().count(), 1);
    }

    /// Erases the package.
    fn erase(&self) {
        let ran = self.rpm(&["--erase", "--nodeps", PACKAGE]);
        assert!(ran.succeeded() && !ran.stderr.contains("scriptlet failed"), "{ran}");
    }

    /// The packages of our name that rpm knows, one a line.
    fn installed(&self) -> String {
        let query = ["--query", "--queryformat", "%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}\\n"];
        let ran = self.rpm(&[&query[..], &[PACKAGE]].concat());
        if ran.succeeded() { ran.stdout } else { String::new() }
    }

    /// Lists what an rpm carries, as rpm reads its header.
    fn carried(&self, rpm: &Rpm) -> Listing {
        let path = self.put(rpm);
        let format = "[%{FILENAMES}\\t%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILEMODES:octal}\\t%{FILELINKTOS}\\n]";
        Listing::of_rpm(&self.ask_rpm(&["--query", "--queryformat", format, "--package", &path]))
    }
}

impl<H: Host> RpmHost for H {}
