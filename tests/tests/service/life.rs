//! Install, upgrade, remove, purge.

use std::path::Path;
use std::process::Command;

use packager_tests::chroot::Chroot;
use packager_tests::host::Host;
use packager_tests::listing::{Listing, assert_same};
use packager_tests::product::packager;
use packager_tests::ran::Ran;
use packager_tests::service_deb::{SERVICE_PACKAGE, service_deb};

use crate::installed::{
    MASTER_KEY, SETTINGS, VARIABLES, configure, follow, install, install_first, package, property, system,
    wait_until_ready,
};

/// What others write while a system runs, and dpkg of every package's coming and going.
const RECORDS: [&str; 10] = [
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/status-old",
    "/var/lib/dpkg/available",
    "/var/log",
    "/var/cache",
    "/var/lib/systemd",
    "/var/tmp",
    "/tmp",
    "/root",
    // systemd makes it for the first service with a user of its own, and it stays.
    "/var/lib/private",
];

/// What the commands take of a workspace: `$1` is the program, `$2` the workspace, `$3` where to put it.
const COPY_SOURCES: &str = r#"
mkdir -p "$3/target/release"
strip --strip-debug -o "$3/target/release/packager" "$1"
cp -R "$2/docker" "$2/debian" "$3"
"#;

#[test]
fn the_service_runs_and_an_upgrade_keeps_settings_key_and_packages() {
    let host = system();
    install_first(&host, &service_deb("0.1.0"));
    assert_eq!(property(&host, "ActiveState"), "active");
    assert_eq!(property(&host, "UnitFileState"), "enabled");
    let key = r#"stat --format="%a %u:%g %F" "$1"; base64 --decode "$1" | wc -c"#;
    assert_eq!(host.sh(key, &[MASTER_KEY]), "600 0:0 regular file\n32\n");
    let check = ["packager", "config", "check", "--config", SETTINGS];
    let _ = host.run(&check).expect_success();

    configure(&host);
    host.sh("echo PACKAGER_LOG=debug >>/etc/default/packager", &[]);
    let _ = package(&host, "deb");
    let files = "ls /var/lib/packager/packages/*/*.own";
    let kept = [SETTINGS, VARIABLES, MASTER_KEY].map(|path| host.read(path));
    let (first, packages) = (property(&host, "InvocationID"), host.sh(files, &[]));

    install(&host, &service_deb("0.1.1"));
    wait_until_ready(&host);
    assert_ne!(property(&host, "InvocationID"), first);
    assert_eq!([SETTINGS, VARIABLES, MASTER_KEY].map(|path| host.read(path)), kept);
    // The same request: the package that there was is served.
    assert_eq!(host.sh(files, &[]), packages);
    let _ = package(&host, "deb");
    assert_eq!(host.sh(files, &[]), packages);

    // And so it is under another master key.
    let said = follow(&host, "rotate-key");
    assert_eq!(said, "1 package is sealed under the new master key\n");
    wait_until_ready(&host);
    assert_ne!(host.read(MASTER_KEY), kept[2]);
    assert_eq!(host.sh(key, &[MASTER_KEY]), "600 0:0 regular file\n32\n");
    let _ = package(&host, "deb");
    assert_eq!(host.sh(files, &[]), packages);
}

#[test]
fn removal_destroys_packages_and_a_purge_leaves_nothing() {
    let host = system();
    let before = Listing::with_digests(&host);
    install(&host, &service_deb("0.1.0"));
    configure(&host);
    let _ = package(&host, "deb");

    let _ = host.run(&["dpkg", "--remove", SERVICE_PACKAGE]).expect_success();
    assert_eq!(property(&host, "ActiveState"), "inactive");
    assert!(!host.exists("/var/lib/packager") && !host.exists("/var/lib/private/packager"));
    assert!(host.exists(SETTINGS) && host.exists(VARIABLES) && host.exists(MASTER_KEY));

    // The key of before is the key again.
    let key = host.read(MASTER_KEY);
    install(&host, &service_deb("0.1.0"));
    wait_until_ready(&host);
    assert_eq!(host.read(MASTER_KEY), key);

    // What an administrator put there is not the package's.
    host.sh(
        "rm -r /etc/packager/msi.p12 /etc/packager/msi.password /etc/systemd/system/packager.service.d",
        &[],
    );
    let _ = host.run(&["dpkg", "--purge", SERVICE_PACKAGE]).expect_success();
    assert!(!host.exists("/etc/packager") && !host.exists("/var/lib/private/packager"));
    assert_same(
        &Listing::with_digests(&host).without(&RECORDS),
        &before.without(&RECORDS),
    );
    assert!(!host.read("/var/lib/dpkg/status").contains(SERVICE_PACKAGE));
    assert!(!host.sh("getent passwd", &[]).contains("packager"));

    install(&host, &service_deb("0.1.0"));
    assert_ne!(host.read(MASTER_KEY), key);
}

#[test]
fn what_was_built_from_source_runs_without_the_deb() {
    let chroot = Chroot::fresh();
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut copy = Command::new("/bin/sh");
    copy.args(["-euc", COPY_SOURCES, "sh"])
        .args([packager(), workspace, chroot.exchange().0]);
    let _ = Ran::new(copy).expect_success();
    let host = chroot.boot();
    let _ = follow(&host, "from-source");
    wait_until_ready(&host);
    assert_eq!(property(&host, "UnitFileState"), "enabled");
}
