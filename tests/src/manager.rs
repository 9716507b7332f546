//! Package managers, where a scenario is the same for all of them.

use crate::agent::AgentFixture;
use crate::arch::ArchHost;
use crate::chroot::Chroot;
use crate::deb::Deb;
use crate::host::Host;
use crate::producer::Producer;
use crate::request::Request;
use crate::rpm::RpmHost;

/// A package manager.
pub trait Manager {
    /// A system of its own for each test.
    type System: Host;
    /// Where it puts the new flagfile when an edited one stays.
    const NEW_FLAGS: &str;

    /// Asks for a package of its format with nothing but what is required.
    fn request() -> Request;

    /// A fresh system.
    fn fresh() -> Self::System;

    /// Installs a package, or upgrades to it. No script fails.
    fn upgrade(system: &Self::System, package: &Deb);
}

/// Debian's.
pub struct Dpkg;
/// RPM's.
pub struct Rpm;
/// Arch Linux's.
pub struct Pacman;

impl Manager for Dpkg {
    type System = Chroot;
    const NEW_FLAGS: &str = "/opt/orbit/osquery.flags.dpkg-dist";

    fn request() -> Request {
        Request::deb()
    }

    fn fresh() -> Chroot {
        Chroot::fresh()
    }

    fn upgrade(system: &Chroot, package: &Deb) {
        system.install(package);
    }
}

impl Manager for Rpm {
    type System = Chroot;
    const NEW_FLAGS: &str = "/opt/orbit/osquery.flags.rpmnew";

    fn request() -> Request {
        Request::rpm()
    }

    fn fresh() -> Chroot {
        Chroot::fresh()
    }

    fn upgrade(system: &Chroot, package: &Deb) {
        RpmHost::upgrade(system, package);
    }
}

impl Manager for Pacman {
    type System = ArchHost;
    const NEW_FLAGS: &str = "/opt/orbit/osquery.flags.pacnew";

    fn request() -> Request {
        Request::arch()
    }

    fn fresh() -> ArchHost {
        ArchHost::fresh()
    }

    fn upgrade(system: &ArchHost, package: &Deb) {
        system.upgrade(package);
    }
}

/// The package that `request` asks for, of a release that is `version`.
#[must_use]
pub fn build(request: &Request, version: &str) -> Deb {
    Producer::of(&AgentFixture::scripts(version)).build(request)
}
