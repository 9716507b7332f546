//! The systemd unit: systemd's own tools judge it, and then all that the service does is done under it.

use std::path::Path;
use std::process::Command;

use packager_tests::host::Host;
use packager_tests::ran::Ran;
use packager_tests::request::ENROLL_SECRET;
use packager_tests::service_deb::service_deb;

use crate::installed::{configure, install, log, package, property, system};

const UNIT: &str = "/lib/systemd/system/packager.service";
/// In tenths. What is left: the network, which it serves and fetches from (1.1 of it), and limits that the service sets for
/// what signs msi packages.
const WORST_EXPOSURE: &str = "--threshold=12";

#[test]
fn systemd_finds_it_well_confined() {
    let unit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker/packager.service");
    let mut analyze = Command::new("systemd-analyze");
    analyze
        .args(["security", "--offline=true", "--no-pager", WORST_EXPOSURE])
        .arg(unit);
    let ran = Ran::new(analyze);
    assert!(ran.succeeded(), "{ran}");
}

#[test]
fn systemd_finds_it_right() {
    let host = system();
    install(&host, &service_deb("0.1.0"));
    let verify = |expected: bool| {
        let verified = host.run(&["systemd-analyze", "verify", "--man=no", UNIT]);
        assert_eq!(verified.succeeded(), expected, "{verified}");
        format!("{}{}", verified.stdout, verified.stderr)
    };
    assert_eq!(verify(true), "");
    // The check is one: it sees a fault.
    host.sh(r#"sed -i 's,^ExecStart=/usr,ExecStart=/nowhere,' "$1""#, &[UNIT]);
    assert!(verify(false).contains("/nowhere/bin/packager"));
}

#[test]
fn packages_are_made_and_signed_under_it() {
    let host = system();
    install(&host, &service_deb("0.1.0"));
    configure(&host);

    let status = host.read(&format!("/proc/{}/status", property(&host, "MainPID")));
    let field = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().split_whitespace().next().unwrap().to_owned()
    };
    // The users that systemd gives out (systemd.exec(5), `DynamicUser=`).
    assert!((61184..=65519).contains(&field("Uid:").parse().unwrap()), "{status}");
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
        assert_eq!(field(set), "0000000000000000", "{set}");
    }
    assert_eq!(
        (field("NoNewPrivs:"), field("Seccomp:")),
        ("1".to_owned(), "2".to_owned())
    );

    let deb = package(&host, "deb");
    assert_eq!(host.sh(r#"dpkg-deb --field "$1" Package"#, &[&deb]), "fleet-osquery\n");
    let msi = package(&host, "msi");
    let verified = host.sh(r#"osslsigncode verify -in "$1" -CAfile /mnt/authority.pem"#, &[&msi]);
    assert!(verified.contains("Signature verification: ok"), "{verified}");
    for package_type in ["rpm", "pkg", "pkg.tar.zst"] {
        package(&host, package_type);
    }

    host.sh("systemctl stop packager", &[]);
    assert_eq!(property(&host, "Result"), "success");
    assert_eq!(property(&host, "ExecMainStatus"), "0");
    let log = log(&host);
    assert!(!log.contains(ENROLL_SECRET), "{log}");
    // Signing leaves nothing in memory, and neither does the user that there was.
    assert_eq!(host.sh("ls -A /dev/shm", &[]), "");
}
