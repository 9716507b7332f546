//! The systemd unit, on a system that does not run: enabled for the next boot.

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::deb::build_deb;
use packager_tests::host::Host;
use packager_tests::request::Request;

use crate::upgrade::{release, request};

const UNIT: &str = "/usr/lib/systemd/system/orbit.service";
const WANTED: &str = "/etc/systemd/system/multi-user.target.wants/orbit.service";

fn is_enabled(host: &impl Host) -> String {
    host.run(&["systemctl", "is-enabled", "orbit.service"]).stdout
}

#[test]
fn the_unit_says_what_installers_say() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    let unit = host.read(UNIT);
    for line in [
        "EnvironmentFile=/etc/default/orbit",
        "ExecStart=/opt/orbit/bin/orbit/orbit",
        "Restart=always",
        "RestartSec=1",
        "KillMode=control-group",
        "CPUQuota=20%",
        "WantedBy=multi-user.target",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}:\n{unit}");
    }
}

#[test]
fn it_is_enabled_until_it_is_removed() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    assert_eq!(is_enabled(&host), "enabled\n");
    host.install(&release("1.58.1"));
    assert_eq!(is_enabled(&host), "enabled\n");
    host.install(&release("1.58.1"));
    assert_eq!(is_enabled(&host), "enabled\n");
    host.install(&release("1.58.0"));
    assert_eq!(is_enabled(&host), "enabled\n");
    host.remove();
    assert!(!host.exists(WANTED) && !host.exists(UNIT));
}

#[test]
fn without_the_service_it_is_not_enabled() {
    let host = Chroot::fresh();
    for version in ["1.58.0", "1.58.1"] {
        let request = request(version).with("service", false);
        host.install(&build_deb(&request, &AgentFixture::scripts(version)));
        assert!(host.exists(UNIT) && !host.exists(WANTED));
        assert_eq!(is_enabled(&host), "disabled\n");
    }
    host.purge();
}

#[test]
fn a_container_without_systemd_enables_and_disables_it_too() {
    let host = Chroot::container();
    host.install(&release("1.58.0"));
    assert!(host.exists(WANTED));
    host.remove();
    assert!(!host.exists(WANTED));
}

#[test]
fn a_system_without_systemctl_takes_it() {
    let host = Chroot::fresh();
    host.sh("mv /bin/systemctl /bin/systemctl.away", &[]);
    let request = Request::deb();
    host.install(&build_deb(&request, &AgentFixture::scripts("1.58.0")));
    host.install(&build_deb(&request, &AgentFixture::scripts("1.58.1")));
    host.purge();
    assert_eq!(host.status(), "");
}
