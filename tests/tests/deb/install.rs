//! Installation on a fresh system.

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::deb::build_deb;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::listing::Listing;
use packager_tests::request::Request;

use crate::contents::{ALWAYS, DESKTOP, assert_same};

/// dpkg's own records.
pub const DPKG: [&str; 2] = ["/var/lib/dpkg", "/var/log/dpkg.log"];

const ENABLED: &str = "
    l 0777 0:0 /etc/systemd/system/multi-user.target.wants/orbit.service -> /lib/systemd/system/orbit.service
";

#[test]
fn nothing_but_the_packages_files_and_the_enabled_service_appears() {
    let host = Chroot::fresh();
    let before = Listing::with_digests(&host);
    let request = Request::deb().with("fleet-desktop", true);
    host.install(&build_deb(&request, &AgentFixture::scripts("1.58.0")));
    // Directories that the system had before are no news.
    let expected = Listing::table(&[ALWAYS, DESKTOP, ENABLED].concat()).since(&Listing::of(&Chroot::fresh()));
    let changed = Listing::with_digests(&host).since(&before).without(&DPKG);
    let found = changed.paths().collect::<Vec<_>>();
    assert_eq!(found, expected.paths().collect::<Vec<_>>());
    let after = Listing::of(&host).since(&Listing::of(&Chroot::fresh())).without(&DPKG);
    assert_same(&after, &expected);
}

#[test]
fn dpkg_finds_nothing_amiss() {
    let host = Chroot::fresh();
    host.install(&build_deb(&Request::deb(), &AgentFixture::scripts("1.58.0")));
    assert_eq!(host.sh("dpkg --audit", &[]), "");
    assert_eq!(host.sh(r#"dpkg --verify "$1""#, &[PACKAGE]), "");
    // The check is one: it sees a change.
    host.write("/opt/orbit/certs.pem", "other");
    let changed = host.run(&["dpkg", "--verify", PACKAGE]).stdout;
    assert!(changed.contains("/opt/orbit/certs.pem"), "{changed}");
}

#[test]
fn installed_files_run() {
    let host = Chroot::fresh();
    host.install(&build_deb(&Request::deb(), &AgentFixture::scripts("1.58.0")));
    let osqueryd = host.sh("/opt/orbit/bin/osqueryd/linux/stable/osqueryd", &[]);
    assert_eq!(osqueryd, "osqueryd 1.58.0\n");
    assert_eq!(host.sh("command -v orbit", &[]), "/usr/local/bin/orbit\n");
}

#[test]
fn a_container_without_systemd_is_no_obstacle() {
    let host = Chroot::container();
    let first = host.dpkg_install(&build_deb(&Request::deb(), &AgentFixture::scripts("1.58.0")));
    assert_eq!(first.code, Some(0), "{first}");
    host.install(&build_deb(&Request::deb(), &AgentFixture::scripts("1.58.1")));
    host.purge();
    assert_eq!(host.status(), "");
}

#[test]
fn directories_of_the_host_that_are_missing_are_made_and_stay() {
    let host = Chroot::fresh();
    host.sh("rm -r /opt /usr/local/bin", &[]);
    host.install(&build_deb(&Request::deb(), &AgentFixture::scripts("1.58.0")));
    assert!(host.exists("/usr/local/bin/orbit"));
    host.purge();
    assert!(host.exists("/usr/local/bin") && !host.exists("/usr/local/bin/orbit"));
    assert!(host.exists("/opt") && !host.exists("/opt/orbit"));
}
