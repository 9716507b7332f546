//! Upgrades from packages that were not made here.
//!
//! Where no digest of the flagfile is recorded, whether it was edited cannot be known, so it stays. dpkg itself records
//! the digests of a package that brings no list of them.

use std::process::Command;

use packager_tests::chroot::Chroot;
use packager_tests::foreign::Foreign;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::ran::Ran;

use crate::upgrade::{EDITED, FLAGS, flags, release};

const DIST: &str = "/opt/orbit/osquery.flags.dpkg-dist";
const SHIPPED: &str = "--shipped_before=true\n";

fn other_maker() -> Foreign {
    Foreign::new(PACKAGE, "1.57.0")
        .file("opt/orbit/osquery.flags", 0o600, SHIPPED)
        .file("etc/default/orbit", 0o600, "ORBIT_ENROLL_SECRET=before\n")
}

/// That the flagfile is kept with the content `kept`, which is an edit or what was shipped. dpkg asks no question, as
/// nobody could answer one.
fn assert_kept(other: Foreign, kept: &str) {
    let host = Chroot::fresh();
    host.install(&other.build());
    if kept != SHIPPED {
        host.write(FLAGS, kept);
    }
    host.install(&release("1.58.0"));
    assert_eq!(host.read(FLAGS), kept);
    assert_eq!(host.read(DIST), flags("1.58.0"));
    assert!(host.read("/etc/default/orbit").contains("sample-enroll-secret"));
    // From then on it is ours, and its edit is known to be one.
    host.install(&release("1.58.1"));
    assert_eq!(host.read(FLAGS), kept);
    assert_eq!(host.read(DIST), flags("1.58.1"));
    host.purge();
    assert!(!host.exists("/opt/orbit"));
}

/// That a flagfile that nobody edited is replaced.
fn assert_replaced(other: Foreign) {
    let host = Chroot::fresh();
    host.install(&other.build());
    host.install(&release("1.58.0"));
    assert_eq!(host.read(FLAGS), flags("1.58.0"));
    assert!(!host.exists(DIST));
}

#[test]
fn no_list_of_digests() {
    assert_kept(other_maker(), EDITED);
    assert_replaced(other_maker());
}

#[test]
fn digests_of_other_files_alone() {
    let sums = "d41d8cd98f00b204e9800998ecf8427e  etc/default/orbit\n\
                d41d8cd98f00b204e9800998ecf8427e  opt/orbit/osqueryXflags\n";
    let other = || other_maker().file("DEBIAN/md5sums", 0o644, sums);
    assert_kept(other(), EDITED);
    assert_kept(other(), SHIPPED);
}

#[test]
fn a_conffile() {
    let conffiles = "/opt/orbit/osquery.flags\n/etc/default/orbit\n";
    let sums = "d41d8cd98f00b204e9800998ecf8427e  usr/share/doc/other\n";
    let other = || other_maker().file("DEBIAN/conffiles", 0o644, conffiles);
    assert_kept(other(), EDITED);
    assert_replaced(other());
    // Lists of digests that debhelper makes have no conffiles.
    assert_kept(other().file("DEBIAN/md5sums", 0o644, sums), EDITED);
    assert_kept(other().file("DEBIAN/md5sums", 0o644, sums), SHIPPED);
}

#[test]
fn a_file_that_no_package_brought() {
    let host = Chroot::fresh();
    host.install(&Foreign::new(PACKAGE, "1.57.0").build());
    host.sh(r#"mkdir -p /opt/orbit && printf %s "$2" >"$1""#, &[FLAGS, EDITED]);
    host.install(&release("1.58.0"));
    assert_eq!(host.read(FLAGS), EDITED);
    assert_eq!(host.read(DIST), flags("1.58.0"));
}

#[test]
fn a_recorded_digest_with_a_leading_slash_counts() {
    let mut md5sum = Command::new("/bin/sh");
    md5sum.args(["-c", r#"printf %s "$1" | md5sum | cut -c 1-32"#, "sh", SHIPPED]);
    let digest = Ran::new(md5sum).expect_success();
    let sums = format!("{}  /opt/orbit/osquery.flags\n", digest.trim_end());
    assert_replaced(other_maker().file("DEBIAN/md5sums", 0o644, &sums));
}
