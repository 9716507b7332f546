//! The package on a system that systemd runs.

use packager_tests::agent::AgentFixture;
use packager_tests::booted::Booted;
use packager_tests::foreign_rpm::ForeignRpm;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::request::Request;
use packager_tests::rpm::{RpmHost, build_rpm};

use crate::upgrade::{EDITED, FLAGS, release};

#[test]
fn a_life() {
    let host = Booted::fresh();
    host.upgrade(&release("1.58.0"));
    host.assert_runs();
    let (first, process) = (host.property("InvocationID"), host.property("MainPID"));

    host.write(FLAGS, EDITED);
    host.upgrade(&release("1.58.1"));
    host.assert_runs();
    assert_ne!(host.property("InvocationID"), first);
    assert!(!host.exists(&format!("/proc/{process}")));
    let log = host.sh(
        "journalctl --quiet --sync; journalctl --quiet --output=cat --unit=orbit.service",
        &[],
    );
    assert!(log.contains("orbit 1.58.1"), "{log}");
    assert_eq!(host.read(FLAGS), EDITED);

    let process = host.property("MainPID");
    host.erase();
    assert!(!host.exists(&format!("/proc/{process}")));
    assert_eq!(host.property("LoadState"), "not-found");
    assert_eq!(host.sh("systemctl --failed --plain --no-legend", &[]), "");
    assert!(!host.exists("/opt/orbit"));
}

/// What packages of `fleetctl package` do: their preun takes an upgrade (1) for an erasure (0).
#[test]
fn a_move_from_a_package_that_stops_its_service_ends_with_the_service_running() {
    let host = Booted::fresh();
    let unit = "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n";
    let other = ForeignRpm::new(PACKAGE, "1.57.0")
        .file("usr/lib/systemd/system/orbit.service", 0o644, unit)
        .file("opt/orbit/osquery.flags", 0o600, "--before\n")
        .script("post", "systemctl daemon-reload; systemctl enable --now orbit.service")
        .script(
            "preun",
            "case \"${1:-}\" in 1) systemctl disable --now orbit.service || true ;; esac",
        )
        .script("postun", "if test \"$1\" = 0; then rm -rf /opt/orbit; fi");
    let _ = host.rpm_with(&["--install"], &other.build()).expect_success();
    host.assert_runs();
    host.upgrade(&release("1.58.0"));
    host.assert_runs();
    assert!(
        host.read(&format!("/proc/{}/environ", host.property("MainPID")))
            .contains("ORBIT_FLEET_URL")
    );
}

#[test]
fn orbit_outlives_its_own_upgrade_and_is_restarted_later() {
    let host = Booted::fresh();
    let in_band =
        AgentFixture::scripts("1.58.0").installing("rpm --dbpath /var/lib/rpm --upgrade --nodeps /run/update.rpm");
    host.upgrade(&build_rpm(&Request::rpm(), &in_band));
    let first = host.property("InvocationID");
    let path = host.put(&release("1.58.1"));
    host.sh(r#"cp "$1" /run/update.rpm"#, &[&path]);
    host.upgrade_in_band();
    assert_eq!(host.installed(), "fleet-osquery-1.58.1-1.x86_64\n");
    assert_eq!(host.property("InvocationID"), first);
    host.restart_early();
    host.assert_runs();
    assert_ne!(host.property("InvocationID"), first);
}

#[test]
fn a_masked_service_stays_masked_and_stops_no_upgrade() {
    let host = Booted::fresh();
    host.upgrade(&release("1.58.0"));
    host.sh("systemctl mask --now orbit.service", &[]);
    host.upgrade(&release("1.58.1"));
    assert_eq!(host.property("LoadState"), "masked");
    assert_eq!(host.property("ActiveState"), "inactive");
    host.erase();
}

#[test]
fn fleet_desktop_ends_with_the_package() {
    let host = Booted::fresh();
    let rpm = |version: &str| {
        let request = Request::rpm().with("fleet-desktop", true);
        build_rpm(&request, &AgentFixture::scripts(version))
    };
    host.upgrade(&rpm("1.58.0"));
    let program = "/opt/orbit/bin/desktop/linux/stable/fleet-desktop/fleet-desktop";
    host.sh(r#"systemd-run --quiet --unit=session "$1""#, &[program]);
    host.upgrade(&rpm("1.58.1"));
    host.sh("pgrep --exact fleet-desktop", &[]);
    host.erase();
    assert!(!host.run(&["pgrep", "--exact", "fleet-desktop"]).succeeded());
}
