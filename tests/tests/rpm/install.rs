//! Installation on fresh systems, by the rpm of each.

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::foreign_rpm::ForeignRpm;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::installers::{ALWAYS, DESKTOP};
use packager_tests::listing::{Listing, assert_same};
use packager_tests::request::Request;
use packager_tests::rpm::{RECORDS, RpmHost, build_rpm};
use packager_tests::suite::Suite;

/// Runs a scenario on each system, with the rpm that it has.
macro_rules! on_each_rpm {
    ($($scenario:ident),+ $(,)?) => {
        /// rpm 4.16, as in Amazon Linux 2023 and RHEL 9.
        mod rpm_4_16 {
            $(#[test] fn $scenario() { super::$scenario(packager_tests::suite::Suite::Bullseye); })+
        }
        mod rpm_4_18 {
            $(#[test] fn $scenario() { super::$scenario(packager_tests::suite::Suite::Bookworm); })+
        }
        mod rpm_4_20 {
            $(#[test] fn $scenario() { super::$scenario(packager_tests::suite::Suite::Trixie); })+
        }
    };
}
pub(crate) use on_each_rpm;

on_each_rpm!(nothing_but_the_packages_files_and_the_enabled_service_appears);

const ENABLED: &str = "
    l 0777 0:0 /etc/systemd/system/multi-user.target.wants/orbit.service -> UNIT
";

fn nothing_but_the_packages_files_and_the_enabled_service_appears(suite: Suite) {
    let host = Chroot::of(suite);
    let before = Listing::of(&host);
    let request = Request::rpm().with("fleet-desktop", true);
    let rpm = build_rpm(&request, &AgentFixture::scripts("1.58.0"));
    let ran = host.rpm_with(&["--install"], &rpm);
    assert!(ran.succeeded() && !ran.stderr.contains("scriptlet"), "{ran}");
    assert_eq!(host.installed(), "fleet-osquery-1.58.0-1.x86_64\n");
    let unit = host.sh(
        "readlink /etc/systemd/system/multi-user.target.wants/orbit.service",
        &[],
    );
    assert!(unit.ends_with("/lib/systemd/system/orbit.service\n"), "{unit}");
    // Directories that the system had before are no news.
    let enabled = ENABLED.replace("UNIT", unit.trim_end());
    let expected = Listing::table(&[ALWAYS, DESKTOP, &enabled].concat()).since(&before);
    assert_same(&Listing::of(&host).since(&before).without(&RECORDS), &expected);
    // Not one of them was changed either.
    let changed = before.since(&Listing::of(&host)).without(&RECORDS);
    assert_eq!(changed.to_string(), "");

    // No file differs from what rpm knows of it.
    assert_eq!(host.ask_rpm(&["--verify", "--nodeps", PACKAGE]), "");
    // The check is one: it sees a change.
    host.write("/opt/orbit/certs.pem", "other");
    host.write("/opt/orbit/osquery.flags", "--edited\n");
    let changed = host.rpm(&["--verify", "--nodeps", PACKAGE]);
    assert_eq!(changed.code, Some(1), "{changed}");
    assert_eq!(
        changed.stdout,
        "S.5....T.    /opt/orbit/certs.pem\nS.5....T.  c /opt/orbit/osquery.flags\n"
    );
}

#[test]
fn installed_files_run_and_links_lead_to_them() {
    let host = Chroot::fresh();
    host.upgrade(&build_rpm(&Request::rpm(), &AgentFixture::scripts("1.58.0")));
    let osqueryd = host.sh("/opt/orbit/bin/osqueryd/linux/stable/osqueryd", &[]);
    assert_eq!(osqueryd, "osqueryd 1.58.0\n");
    assert_eq!(
        host.sh("readlink -f /usr/local/bin/orbit", &[]),
        "/opt/orbit/bin/orbit/linux/stable/orbit\n"
    );
}

/// `filesystem` and others own them where rpm is at home, with modes that differ between distributions. A package that
/// carried one with another mode could not be installed beside them, or would take them along when it goes.
#[test]
fn directories_of_other_packages_are_left_alone() {
    let host = Chroot::fresh();
    let mut filesystem = ForeignRpm::new("filesystem", "3");
    let directories = [
        ("etc", 0o755),
        ("etc/default", 0o755),
        ("opt", 0o750),
        ("usr", 0o555),
        ("usr/lib", 0o555),
        ("usr/lib/systemd/system", 0o750),
        ("usr/local/bin", 0o555),
        ("var", 0o751),
        ("var/log", 0o700),
    ];
    for (path, mode) in directories {
        filesystem = filesystem.directory(path, mode);
    }
    let _ = host.rpm_with(&["--install"], &filesystem.build()).expect_success();
    let modes = |host: &Chroot| {
        let paths = directories.map(|(path, _)| format!("/{path}"));
        let paths = paths.each_ref().map(String::as_str);
        host.sh(r#"stat --format '%a %n' "$@""#, &paths)
    };
    let before = modes(&host);
    host.upgrade(&build_rpm(&Request::rpm(), &AgentFixture::scripts("1.58.0")));
    assert_eq!(modes(&host), before);
    host.erase();
    assert_eq!(modes(&host), before);
}

#[test]
fn directories_of_the_host_that_are_missing_are_made() {
    let host = Chroot::fresh();
    host.sh("rm -r /opt /usr/local/bin /etc/default", &[]);
    host.upgrade(&build_rpm(&Request::rpm(), &AgentFixture::scripts("1.58.0")));
    let made = host.sh("stat --format '%a %U %n' /opt /usr/local/bin /etc/default", &[]);
    assert_eq!(made, "755 root /opt\n755 root /usr/local/bin\n755 root /etc/default\n");
}

#[test]
fn a_container_without_systemd_is_no_obstacle() {
    let host = Chroot::container();
    let agent = |version: &str| build_rpm(&Request::rpm(), &AgentFixture::scripts(version));
    host.upgrade(&agent("1.58.0"));
    host.upgrade(&agent("1.58.1"));
    host.erase();
    assert_eq!(host.installed(), "");
}

#[test]
fn a_system_without_systemctl_takes_it() {
    let host = Chroot::fresh();
    host.sh("mv /bin/systemctl /bin/systemctl.away", &[]);
    for version in ["1.58.0", "1.58.1"] {
        host.upgrade(&build_rpm(&Request::rpm(), &AgentFixture::scripts(version)));
    }
    host.erase();
    assert_eq!(host.installed(), "");
}

#[test]
fn without_the_service_it_is_not_enabled() {
    let host = Chroot::fresh();
    for version in ["1.58.0", "1.58.1"] {
        let request = Request::rpm().with("service", false);
        host.upgrade(&build_rpm(&request, &AgentFixture::scripts(version)));
        let state = host.run(&["systemctl", "is-enabled", "orbit.service"]).stdout;
        assert_eq!(state, "disabled\n");
    }
    host.erase();
}
