//! Orbit installs an update of its own package: the scripts must not end it while it does.

use packager_tests::chroot::Chroot;
use packager_tests::host::Host;
use packager_tests::ran::Ran;

use crate::upgrade::release;

/// Stand-ins that say what they were called with, on a system that says it runs systemd.
const STAND_INS: &str = r#"
mkdir -p /run/systemd/system
for name in systemctl systemd-run; do
  printf '#!/bin/sh\necho "%s $*" >>/srv/calls\n' "$name" >"/usr/local/sbin/$name"
  chmod 0755 "/usr/local/sbin/$name"
done
"#;

/// The stand-ins' calls during an upgrade.
fn calls(prepare: &str, variables: &[(&str, &str)]) -> (String, Ran) {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.sh(STAND_INS, &[]);
    host.sh(prepare, &[]);
    let path = host.put(&release("1.58.1"));
    let ran = Ran::new(host.command(&["dpkg", "--install", &path], variables));
    assert!(ran.succeeded(), "{ran}");
    // That the scripts ask for the unit's state changes nothing.
    (host.sh("grep -v is-enabled /srv/calls", &[]), ran)
}

#[test]
fn an_administrators_upgrade_restarts_the_service() {
    let (calls, _) = calls("", &[]);
    assert_eq!(
        calls,
        "systemctl enable orbit.service\nsystemctl daemon-reload\nsystemctl restart orbit.service\n"
    );
}

#[test]
fn an_in_band_upgrade_puts_the_restart_off_by_a_minute() {
    let (calls, ran) = calls("", &[("INSTALLER_PATH", "/tmp/fleet-osquery.deb")]);
    let mut lines = calls.lines();
    assert_eq!(lines.next(), Some("systemctl enable orbit.service"));
    assert_eq!(lines.next(), Some("systemctl daemon-reload"));
    let put_off: Vec<&str> = lines.next().unwrap().split(' ').collect();
    assert_eq!(put_off[..2], ["systemd-run", "--on-active=60"]);
    assert!(
        put_off.ends_with(&["systemctl", "restart", "--no-block", "orbit.service"]),
        "{put_off:?}"
    );
    assert_eq!(lines.next(), None);
    assert!(ran.stdout.contains("put off"), "{ran}");
}

#[test]
fn an_in_band_upgrade_without_systemd_run_says_so_and_restarts_nothing() {
    let without = "rm /usr/local/sbin/systemd-run /bin/systemd-run";
    let (calls, ran) = calls(without, &[("INSTALLER_PATH", "/tmp/fleet-osquery.deb")]);
    assert_eq!(calls, "systemctl enable orbit.service\nsystemctl daemon-reload\n");
    assert!(ran.stdout.contains("restart orbit.service by hand"), "{ran}");
}
