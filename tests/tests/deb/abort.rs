//! Upgrades that fail: the installed package goes on as it was.

use std::fs;

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::deb::{Deb, build_deb};
use packager_tests::foreign::Foreign;
use packager_tests::host::Host;

use crate::upgrade::{EDITED, FLAGS, assert_no_copies, flags, release, request};

const STILL: &str = "install ok installed";

/// Whoever owns a file of Fleet Desktop lets the unpacking of a package with it fail, in the middle.
fn owner_of_a_desktop_file() -> Deb {
    let path = "opt/orbit/bin/desktop/linux/stable/desktop.tar.gz.sha512";
    Foreign::new("squatter", "1").file(path, 0o644, "").build()
}

fn release_with_desktop(version: &str) -> Deb {
    let request = request(version).with("fleet-desktop", true);
    build_deb(&request, &AgentFixture::scripts(version))
}

#[test]
fn a_failed_unpacking_leaves_the_edited_flagfile_and_no_copy() {
    let host = Chroot::fresh();
    let _ = host.dpkg_install(&owner_of_a_desktop_file()).expect_success();
    host.install(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    let message = host.dpkg_install(&release_with_desktop("1.58.1")).expect_failure();
    assert!(message.contains("squatter"), "{message}");
    assert_eq!(host.status(), STILL);
    assert_eq!(host.read(FLAGS), EDITED);
    assert!(host.read("/usr/local/bin/orbit").contains("1.58.0"));
    assert_no_copies(&host);
    assert!(host.exists("/etc/systemd/system/multi-user.target.wants/orbit.service"));
}

#[test]
fn a_failed_pre_installation_leaves_the_edited_flagfile_and_no_copy() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    host.sh("rm -r /usr/local/bin && touch /usr/local/bin", &[]);
    let _ = host.dpkg_install(&release("1.58.1")).expect_failure();
    host.sh("rm /usr/local/bin && mkdir /usr/local/bin", &[]);
    assert_eq!(host.status(), STILL);
    assert_eq!(host.read(FLAGS), EDITED);
    assert_no_copies(&host);
}

/// As on a disk that is full: half a copy is no copy.
#[test]
fn a_failed_copy_leaves_the_edited_flagfile_and_no_copy() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    let half = "#!/bin/sh\nfor last; do :; done\nprintf -- --edi >\"$last\"\nexit 1\n";
    host.sh(
        r#"printf %s "$1" >/usr/local/sbin/cp; chmod 0755 /usr/local/sbin/cp"#,
        &[half],
    );
    let _ = host.dpkg_install(&release("1.58.1")).expect_failure();
    host.sh("rm /usr/local/sbin/cp", &[]);
    assert_eq!(host.status(), STILL);
    assert_no_copies(&host);
    host.install(&release("1.58.1"));
    assert_eq!(host.read(FLAGS), EDITED);
}

#[test]
fn a_damaged_package_changes_nothing() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    let damaged = release("1.58.1");
    let mut bytes = fs::read(damaged.path()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(damaged.path(), bytes).unwrap();
    let _ = host.dpkg_install(&damaged).expect_failure();
    assert_eq!(host.status(), STILL);
    assert_eq!(host.read(FLAGS), EDITED);
    assert!(host.read("/usr/local/bin/orbit").contains("1.58.0"));
    assert_no_copies(&host);
}

#[test]
fn an_edit_outlives_an_upgrade_that_was_unpacked_only() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    let unpacked = host.put(&release("1.58.1"));
    host.sh(r#"dpkg --unpack "$1""#, &[&unpacked]);
    host.install(&release("1.58.2"));
    assert_eq!(host.read(FLAGS), EDITED);
    assert_eq!(host.read("/opt/orbit/osquery.flags.dpkg-dist"), flags("1.58.2"));
}

/// The computer stopped after unpacking; the next upgrade fails, the one after it does not.
#[test]
fn an_edit_outlives_a_failed_upgrade_after_one_that_was_unpacked_only() {
    let host = Chroot::fresh();
    let _ = host.dpkg_install(&owner_of_a_desktop_file()).expect_success();
    host.install(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    let unpacked = host.put(&release("1.58.1"));
    host.sh(r#"dpkg --unpack "$1""#, &[&unpacked]);
    let _ = host.dpkg_install(&release_with_desktop("1.58.2")).expect_failure();
    host.install(&release("1.58.3"));
    assert_eq!(host.read(FLAGS), EDITED);
}

#[test]
fn a_failed_first_installation_leaves_nothing_that_a_second_trips_over() {
    let host = Chroot::fresh();
    let _ = host.dpkg_install(&owner_of_a_desktop_file()).expect_success();
    let _ = host.dpkg_install(&release_with_desktop("1.58.0")).expect_failure();
    host.install(&release("1.58.0"));
    assert_eq!(host.read(FLAGS), flags("1.58.0"));
    assert_no_copies(&host);
}
