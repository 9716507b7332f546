//! Which scriptlet does what, by the argument that rpm gives it: stand-ins say what they were called with.

use packager_tests::chroot::Chroot;
use packager_tests::host::Host;
use packager_tests::ran::Ran;
use packager_tests::rpm::RpmHost;
use packager_tests::suite::Suite;

use crate::install::on_each_rpm;
use crate::upgrade::release;

/// Stand-ins on a system that says it runs systemd. They take the place of what they stand for: rpm has a list of its own
/// of where scriptlets find programs.
const STAND_INS: &str = r#"
mkdir -p /run/systemd/system
for name in systemctl systemd-run; do
  rm "/usr/bin/$name"
  printf '#!/bin/sh\necho "%s $*" >>/srv/calls\n' "$name" >"/usr/bin/$name"
  chmod 0755 "/usr/bin/$name"
done
"#;

/// What was called since the last time. That the scripts ask for the unit's state changes nothing.
fn calls(host: &Chroot) -> Vec<String> {
    let calls = host.sh("grep -v is-enabled /srv/calls || true; rm -f /srv/calls", &[]);
    calls.lines().map(str::to_owned).collect()
}

on_each_rpm!(a_life);

/// The known defect: an upgrade that stops and disables the service, and an erasure that does not.
fn a_life(suite: Suite) {
    const STARTED: [&str; 5] = [
        "systemctl enable orbit.service",
        "systemctl daemon-reload",
        "systemctl restart orbit.service",
        "systemctl enable orbit.service",
        "systemctl start orbit.service",
    ];
    let host = Chroot::of(suite);
    host.sh(STAND_INS, &[]);
    host.upgrade(&release("1.58.0"));
    assert_eq!(calls(&host), STARTED);

    // The old package's postun has systemd read the units anew.
    let upgraded = [&STARTED[..3], &["systemctl daemon-reload"], &STARTED[3..]].concat();
    host.upgrade(&release("1.58.1"));
    assert_eq!(calls(&host), upgraded);
    let _ = host
        .rpm_with(&["--upgrade", "--replacepkgs"], &release("1.58.1"))
        .expect_success();
    assert_eq!(calls(&host), upgraded);
    let _ = host
        .rpm_with(&["--upgrade", "--oldpackage"], &release("1.58.0"))
        .expect_success();
    assert_eq!(calls(&host), upgraded);
    assert!(host.exists("/opt/orbit/certs.pem"));

    host.erase();
    assert_eq!(
        calls(&host),
        ["systemctl disable --now orbit.service", "systemctl daemon-reload"]
    );
}

/// An upgrade with these variables, after `prepare`.
fn upgrade(prepare: &str, variables: &[(&str, &str)]) -> (Vec<String>, Ran) {
    let host = Chroot::fresh();
    host.upgrade(&release("1.58.0"));
    host.sh(STAND_INS, &[]);
    host.sh(prepare, &[]);
    let path = host.put(&release("1.58.1"));
    let command = ["rpm", "--dbpath", "/var/lib/rpm", "--upgrade", "--nodeps", &path];
    let ran = Ran::new(host.command(&command, variables));
    assert!(ran.succeeded(), "{ran}");
    (calls(&host), ran)
}

#[test]
fn an_in_band_upgrade_puts_the_restart_off_by_a_minute() {
    let (calls, ran) = upgrade("", &[("INSTALLER_PATH", "/tmp/fleet-osquery.rpm")]);
    let (restarts, others): (Vec<_>, Vec<_>) = calls.iter().partition(|call| call.contains("restart"));
    let put_off: Vec<&str> = restarts[0].split(' ').collect();
    assert_eq!(put_off[..2], ["systemd-run", "--on-active=60"]);
    assert!(
        put_off.ends_with(&["systemctl", "restart", "--no-block", "orbit.service"]),
        "{put_off:?}"
    );
    assert_eq!(restarts.len(), 1);
    // It runs, so that starting it does nothing.
    assert_eq!(others.last().unwrap().as_str(), "systemctl start orbit.service");
    assert!(ran.stdout.contains("put off"), "{ran}");
}

#[test]
fn a_masked_service_is_neither_enabled_nor_started() {
    let masked = r#"printf '#!/bin/sh\necho "systemctl $*" >>/srv/calls\ncase $1 in is-enabled) echo masked; exit 1;; esac\n' \
        >/usr/bin/systemctl"#;
    let (calls, ran) = upgrade(masked, &[]);
    assert_eq!(calls, ["systemctl daemon-reload"]);
    assert!(ran.stdout.contains("orbit.service is masked"), "{ran}");
}
