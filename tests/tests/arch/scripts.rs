//! What the functions do with the service. Stand-ins say what they were called with, on a system that says it runs systemd.

use packager_tests::arch::ArchHost;
use packager_tests::host::Host;
use packager_tests::ran::Ran;

use crate::upgrade::release;

const STAND_INS: &str = r#"
mkdir -p /run/systemd/system
for name in systemctl systemd-run pkill; do
  for folder in /usr/bin /usr/local/sbin; do
    rm -f "$folder/$name"
    printf '#!/bin/sh\necho "%s $*" >>/srv/calls\n' "$name" >"$folder/$name"
    chmod 0755 "$folder/$name"
  done
done
"#;

/// A system with `1.58.0`, prepared, and the calls while `act` is done.
fn calls(prepare: &str, act: impl FnOnce(&ArchHost) -> Ran) -> (String, Ran) {
    let host = ArchHost::fresh();
    host.upgrade(&release("1.58.0"));
    host.sh(&[STAND_INS, prepare].concat(), &[]);
    let ran = act(&host);
    assert!(ran.succeeded(), "{ran}");
    // That the functions ask for the unit's state changes nothing.
    (host.sh("grep -v is-enabled /srv/calls || true", &[]), ran)
}

#[test]
fn an_upgrade_restarts_the_service_and_never_stops_it() {
    let (calls, _) = calls("", |host| host.pacman_install(&release("1.58.1")));
    assert_eq!(
        calls,
        "systemctl enable orbit.service\nsystemctl daemon-reload\nsystemctl restart orbit.service\n"
    );
}

#[test]
fn an_in_band_upgrade_puts_the_restart_off_by_a_minute() {
    let (calls, ran) = calls("", |host| {
        let path = host.place(&release("1.58.1"));
        host.pacman_with(&["-U", &path], &[("INSTALLER_PATH", "/tmp/fleet-osquery.pkg.tar.zst")])
    });
    let lines: Vec<&str> = calls.lines().collect();
    assert_eq!(
        lines[..2],
        ["systemctl enable orbit.service", "systemctl daemon-reload"]
    );
    assert!(
        lines[2].starts_with("systemd-run --on-active=60 ")
            && lines[2].ends_with(" systemctl restart --no-block orbit.service"),
        "{calls}"
    );
    assert_eq!(lines.len(), 3);
    assert!(ran.stdout.contains("put off"), "{ran}");
}

#[test]
fn a_masked_service_is_neither_enabled_nor_started() {
    let masked = r#"for folder in /usr/bin /usr/local/sbin; do
        printf '#!/bin/sh\necho "systemctl $*" >>/srv/calls\ncase $1 in is-enabled) echo masked; exit 1;; esac\n' \
            >"$folder/systemctl"
    done"#;
    let (calls, ran) = calls(masked, |host| host.pacman_install(&release("1.58.1")));
    assert_eq!(calls, "");
    assert!(ran.stdout.contains("orbit.service is masked"), "{ran}");
}

#[test]
fn a_removal_stops_and_disables_the_service() {
    let (calls, _) = calls("", |host| host.pacman(&["-R", "fleet-osquery"]));
    assert_eq!(
        calls,
        "systemctl disable --now orbit.service\npkill -x fleet-desktop\nsystemctl daemon-reload\n"
    );
}
