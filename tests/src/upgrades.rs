//! What an upgrade does, whichever package manager does it.

use crate::deb::Deb;
use crate::host::Host;
use crate::manager::{Manager, build};
use crate::request::Request;

/// The flagfile.
pub const FLAGS: &str = "/opt/orbit/osquery.flags";
/// What an administrator writes into it.
pub const EDITED: &str = "--edited_on_the_host=true\n";

/// What the flagfile of a release says.
#[must_use]
pub fn flags(version: &str) -> String {
    format!("--from_release={version}\n")
}

/// Asks for a package whose flagfile says which release it is of.
#[must_use]
pub fn request<M: Manager>(version: &str) -> Request {
    M::request().with("osquery-flagfile", flags(version))
}

/// The package that [`request`] asks for.
#[must_use]
pub fn release<M: Manager>(version: &str) -> Deb {
    build(&request::<M>(version), version)
}

/// Nothing is left of what an upgrade puts aside or does in between.
fn assert_nothing_aside(system: &impl Host) {
    let found = system.sh("find /opt /etc/default -name 'osquery.flags.*' -o -name 'orbit.*'", &[]);
    assert_eq!(found, "");
}

/// Type, mode and owner of a file.
#[must_use]
pub fn what(system: &impl Host, path: &str) -> String {
    system.sh(r#"stat --format '%F %a %u:%g' "$1""#, &[path])
}

const SECRET_FILE: &str = "regular file 600 0:0\n";

/// A flagfile that nobody edited is replaced.
///
/// # Panics
/// As all scenarios, if it is not so.
pub fn an_unedited_flagfile_is_replaced<M: Manager>() {
    let system = M::fresh();
    for version in ["1.58.0", "1.58.1", "1.58.2"] {
        M::upgrade(&system, &release::<M>(version));
        assert_eq!(system.read(FLAGS), flags(version));
        assert_nothing_aside(&system);
    }
}

/// An edited flagfile stays through every upgrade of a `system` on which nothing is installed, and the new one lies
/// beside it.
///
/// # Panics
/// As all scenarios.
pub fn an_edited_flagfile_stays<M: Manager>(system: &M::System) {
    M::upgrade(system, &release::<M>("1.58.0"));
    system.write(FLAGS, EDITED);
    for version in ["1.58.1", "1.58.2"] {
        M::upgrade(system, &release::<M>(version));
        assert_eq!(system.read(FLAGS), EDITED);
        assert_eq!(system.read(M::NEW_FLAGS), flags(version));
        for path in [FLAGS, M::NEW_FLAGS] {
            assert_eq!(what(system, path), SECRET_FILE, "{path}");
        }
        let beside = system.sh("find /opt/orbit -maxdepth 1 -name 'osquery.flags.*'", &[]);
        assert_eq!(beside, format!("{}\n", M::NEW_FLAGS));
        let state = system.run(&["systemctl", "is-enabled", "orbit.service"]).stdout;
        assert_eq!(state, "enabled\n");
    }
    // The programs are the new ones.
    assert!(system.read("/usr/local/bin/orbit").contains("1.58.2"));
}

/// The environment file holds the secret: neither an edit nor a copy of it with the old one stays.
///
/// # Panics
/// As all scenarios.
pub fn the_environment_file_is_the_new_packages<M: Manager>() {
    let system = M::fresh();
    M::upgrade(&system, &release::<M>("1.58.0"));
    system.write("/etc/default/orbit", "ORBIT_FLEET_URL=https://old.example.com\n");
    let moved = request::<M>("1.58.1").with("fleet_url", "https://new.example.com");
    M::upgrade(&system, &build(&moved, "1.58.1"));
    let environment = system.read("/etc/default/orbit");
    assert!(
        environment.contains("ORBIT_FLEET_URL=https://new.example.com\n"),
        "{environment}"
    );
    assert_nothing_aside(&system);
    assert_eq!(what(&system, "/etc/default/orbit"), SECRET_FILE);
}

/// Programs that the new package does not have go.
///
/// # Panics
/// As all scenarios.
pub fn programs_of_another_channel_and_a_dropped_desktop_go<M: Manager>() {
    let system = M::fresh();
    let before = request::<M>("1.58.0")
        .with("fleet-desktop", true)
        .with("orbit-channel", "edge");
    M::upgrade(&system, &build(&before, "1.58.0"));
    M::upgrade(&system, &release::<M>("1.58.1"));
    for gone in ["/opt/orbit/bin/desktop", "/opt/orbit/bin/orbit/linux/edge"] {
        assert!(!system.exists(gone), "{gone}");
    }
    let link = system.sh("readlink -f /usr/local/bin/orbit", &[]);
    assert_eq!(link, "/opt/orbit/bin/orbit/linux/stable/orbit\n");
}
