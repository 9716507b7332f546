//! The package on a system that systemd runs.

use packager_tests::agent::{AgentFixture, UPDATE};
use packager_tests::booted::Booted;
use packager_tests::chroot::Chroot;
use packager_tests::deb::build_deb;
use packager_tests::foreign::Foreign;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::request::Request;
use packager_tests::suite::Suite;

use crate::apt::on_each_suite;
use crate::environment::{SECRETS, agent_variables, with_certificates};
use crate::upgrade::{EDITED, FLAGS, release, request};

/// The environment of the process that is the service.
fn environment(host: &Booted) -> String {
    host.read(&format!("/proc/{}/environ", host.property("MainPID")))
}

on_each_suite!(a_life, the_unit_is_right_to_systemd);

const UNIT: &str = "/usr/lib/systemd/system/orbit.service";

/// systemd of Debian 11 verifies nothing where it does not run.
fn the_unit_is_right_to_systemd(suite: Suite) {
    let host = Booted::of(suite);
    host.install(&release("1.58.0"));
    let verified = host.run(&["systemd-analyze", "verify", UNIT]);
    assert!(verified.succeeded(), "{verified}");
    assert_eq!((verified.stdout.as_str(), verified.stderr.as_str()), ("", ""));
    // The check is one: it sees a fault.
    host.sh(
        r#"sed -i 's/^ExecStart=.*/ExecStart=orbit;/; s/^Restart=/Restrat=/' "$1""#,
        &[UNIT],
    );
    let verified = host.run(&["systemd-analyze", "verify", UNIT]);
    assert!(
        !verified.succeeded() && verified.stderr.contains("Restrat"),
        "{verified}"
    );
}

fn a_life(suite: Suite) {
    let host = Booted::of(suite);
    host.install(&release("1.58.0"));
    host.assert_runs();
    assert_eq!(host.property("CPUQuotaPerSecUSec"), "200ms");
    let (first, process) = (host.property("InvocationID"), host.property("MainPID"));

    host.write(FLAGS, EDITED);
    host.install(&release("1.58.1"));
    host.assert_runs();
    assert_ne!(host.property("InvocationID"), first);
    assert!(!host.exists(&format!("/proc/{process}")));
    let log = host.sh(
        "journalctl --quiet --sync; journalctl --quiet --output=cat --unit=orbit.service",
        &[],
    );
    assert!(log.contains("orbit 1.58.1"), "{log}");
    assert_eq!(host.read(FLAGS), EDITED);

    host.sh("systemctl stop orbit.service", &[]);
    host.install(&release("1.58.1"));
    host.assert_runs();

    let process = host.property("MainPID");
    host.remove();
    assert!(!host.exists(&format!("/proc/{process}")));
    assert_eq!(host.property("LoadState"), "not-found");
    assert_eq!(host.sh("systemctl --failed --plain --no-legend", &[]), "");

    host.install(&release("1.58.0"));
    host.assert_runs();
    host.purge();
    assert_eq!(host.property("LoadState"), "not-found");
    assert!(!host.exists("/opt/orbit"));
}

#[test]
fn systemd_reads_every_option_as_it_was_asked_for() {
    let host = Booted::fresh();
    let (request, mut expected) = with_certificates();
    host.install(&build_deb(&request, &AgentFixture::scripts("1.58.0")));
    assert_eq!(agent_variables(&environment(&host)), expected);
    for secret in SECRETS {
        host.install(&build_deb(
            &request.clone().with("enroll_secret", secret),
            &AgentFixture::scripts("1.58.0"),
        ));
        expected.insert("ORBIT_ENROLL_SECRET".to_owned(), secret.to_owned());
        assert_eq!(agent_variables(&environment(&host)), expected);
    }
    assert!(!host.exists("/srv/owned"));
}

#[test]
fn an_image_starts_the_service_at_its_first_boot() {
    let image = Chroot::fresh();
    image.install(&release("1.58.0"));
    let host = image.boot();
    host.assert_runs();
}

#[test]
fn without_the_service_nothing_starts() {
    let host = Booted::fresh();
    for version in ["1.58.0", "1.58.1"] {
        let request = request(version).with("service", false);
        host.install(&build_deb(&request, &AgentFixture::scripts(version)));
        assert_eq!(host.property("ActiveState"), "inactive");
        assert_eq!(host.property("UnitFileState"), "disabled");
    }
    host.purge();
}

#[test]
fn orbit_outlives_its_own_upgrade_and_is_restarted_later() {
    let host = Booted::fresh();
    host.install(&release("1.58.0"));
    let first = host.property("InvocationID");
    let path = host.put(&release("1.58.1"));
    host.sh(r#"cp "$1" "$2""#, &[&path, UPDATE]);
    host.upgrade_in_band();
    assert_eq!(host.status(), "install ok installed");
    assert_eq!(host.property("InvocationID"), first);
    host.restart_early();
    host.assert_runs();
    assert_ne!(host.property("InvocationID"), first);
}

#[test]
fn a_masked_service_stays_masked_and_stops_no_upgrade() {
    let host = Booted::fresh();
    host.install(&release("1.58.0"));
    host.sh("systemctl mask --now orbit.service", &[]);
    host.install(&release("1.58.1"));
    assert_eq!(host.property("LoadState"), "masked");
    assert_eq!(host.property("ActiveState"), "inactive");
    host.remove();
    host.purge();
}

#[test]
fn fleet_desktop_ends_with_the_package() {
    let host = Booted::fresh();
    let request = Request::deb().with("fleet-desktop", true);
    host.install(&build_deb(&request, &AgentFixture::scripts("1.58.0")));
    let program = "/opt/orbit/bin/desktop/linux/stable/fleet-desktop/fleet-desktop";
    host.sh(r#"systemd-run --quiet --unit=session "$1""#, &[program]);
    host.sh("pgrep --exact fleet-desktop", &[]);
    host.install(&build_deb(&request, &AgentFixture::scripts("1.58.1")));
    host.remove();
    assert!(!host.run(&["pgrep", "--exact", "fleet-desktop"]).succeeded());
}

/// Their scripts stop and disable the service whatever happens.
#[test]
fn a_move_from_another_makers_package_ends_with_the_service_running() {
    let host = Booted::fresh();
    let unit = "[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n";
    let other = Foreign::new(PACKAGE, "1.57.0")
        .file("usr/lib/systemd/system/orbit.service", 0o644, unit)
        .file("opt/orbit/osquery.flags", 0o600, "--before\n")
        .script(
            "postinst",
            "systemctl daemon-reload; systemctl enable --now orbit.service",
        )
        .script("prerm", "systemctl stop orbit.service; systemctl disable orbit.service")
        .script("postrm", "if test \"$1\" = remove; then rm -rf /opt/orbit; fi");
    host.install(&other.build());
    host.assert_runs();
    host.write(FLAGS, EDITED);
    host.install(&release("1.58.0"));
    host.assert_runs();
    assert!(agent_variables(&environment(&host)).contains_key("ORBIT_FLEET_URL"));
    assert_eq!(host.read(FLAGS), EDITED);
}
