//! Upgrades from packages that did not record a digest of the flagfile, as other makers' packages of the agent do not:
//! whether it was edited cannot be known, so it stays.

use packager_tests::chroot::Chroot;
use packager_tests::foreign::Foreign;
use packager_tests::host::{Host, PACKAGE};

use crate::upgrade::{EDITED, FLAGS, flags, release};

const DIST: &str = "/opt/orbit/osquery.flags.dpkg-dist";
const SHIPPED: &str = "--shipped_before=true\n";

fn other_maker() -> Foreign {
    Foreign::new(PACKAGE, "1.57.0")
        .file("opt/orbit/osquery.flags", 0o600, SHIPPED)
        .file("etc/default/orbit", 0o600, "ORBIT_ENROLL_SECRET=before\n")
}

/// dpkg asks no question, though nobody could answer one.
fn assert_kept(other: Foreign, edit: Option<&str>) {
    let host = Chroot::fresh();
    host.install(&other.build());
    if let Some(edit) = edit {
        host.write(FLAGS, edit);
    }
    host.install(&release("1.58.0"));
    assert_eq!(host.read(FLAGS), edit.unwrap_or(SHIPPED));
    assert_eq!(host.read(DIST), flags("1.58.0"));
    assert!(host.read("/etc/default/orbit").contains("sample-enroll-secret"));
    // From then on it is ours, and its edit is known to be one.
    host.install(&release("1.58.1"));
    assert_eq!(host.read(FLAGS), edit.unwrap_or(SHIPPED));
    assert_eq!(host.read(DIST), flags("1.58.1"));
    host.purge();
    assert!(!host.exists("/opt/orbit"));
}

#[test]
fn no_digests_at_all() {
    assert_kept(other_maker(), Some(EDITED));
    assert_kept(other_maker(), None);
}

#[test]
fn digests_of_other_files_alone() {
    let sums = "d41d8cd98f00b204e9800998ecf8427e  etc/default/orbit\n\
                d41d8cd98f00b204e9800998ecf8427e  opt/orbit/osqueryXflags\n";
    assert_kept(other_maker().file("DEBIAN/md5sums", 0o644, sums), Some(EDITED));
}

#[test]
fn a_conffile() {
    let conffiles = "/opt/orbit/osquery.flags\n/etc/default/orbit\n";
    assert_kept(other_maker().file("DEBIAN/conffiles", 0o644, conffiles), Some(EDITED));
    assert_kept(other_maker().file("DEBIAN/conffiles", 0o644, conffiles), None);
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
    use packager_tests::ran::Ran;
    let host = Chroot::fresh();
    let mut md5sum = std::process::Command::new("/bin/sh");
    md5sum.args(["-c", r#"printf %s "$1" | md5sum | cut -c 1-32"#, "sh", SHIPPED]);
    let digest = Ran::new(md5sum).expect_success();
    let sums = format!("{}  /opt/orbit/osquery.flags\n", digest.trim_end());
    host.install(&other_maker().file("DEBIAN/md5sums", 0o644, &sums).build());
    host.install(&release("1.58.0"));
    assert_eq!(host.read(FLAGS), flags("1.58.0"));
    assert!(!host.exists(DIST));
}
