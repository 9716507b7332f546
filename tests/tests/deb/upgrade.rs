//! Upgrades, downgrades and reinstallations: what was edited on the host stays.

use packager_tests::chroot::Chroot;
use packager_tests::deb::Deb;
use packager_tests::host::Host;
use packager_tests::manager::Dpkg;
use packager_tests::request::Request;
use packager_tests::upgrades;
pub use packager_tests::upgrades::{EDITED, FLAGS, flags, what};

/// A release whose flagfile says which it is.
pub fn release(version: &str) -> Deb {
    upgrades::release::<Dpkg>(version)
}

pub fn request(version: &str) -> Request {
    upgrades::request::<Dpkg>(version)
}

/// Nothing is left of what an upgrade does in between.
pub fn assert_no_copies(host: &impl Host) {
    assert_eq!(host.sh("find /opt /etc/default -name '*.dpkg-*'", &[]), "");
}

#[test]
fn an_edited_flagfile_stays_and_the_new_one_lies_beside_it() {
    upgrades::an_edited_flagfile_stays::<Dpkg>(&Chroot::fresh());
}

#[test]
fn a_flagfile_that_nobody_edited_is_replaced() {
    upgrades::an_unedited_flagfile_is_replaced::<Dpkg>();
}

#[test]
fn the_environment_file_is_the_new_packages() {
    upgrades::the_environment_file_is_the_new_packages::<Dpkg>();
}

#[test]
fn programs_of_another_channel_and_a_dropped_desktop_go() {
    upgrades::programs_of_another_channel_and_a_dropped_desktop_go::<Dpkg>();
}

#[test]
fn mode_and_owner_that_an_administrator_gave_stay_with_the_edited_file() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    host.sh(r#"chmod 0640 "$1" && chown 0:4 "$1""#, &[FLAGS]);
    host.install(&release("1.58.1"));
    assert_eq!(what(&host, FLAGS), "regular file 640 0:4\n");
}

#[test]
fn an_edit_to_what_the_next_release_says_leaves_no_second_file() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.write(FLAGS, &flags("1.58.1"));
    host.install(&release("1.58.1"));
    assert_eq!(host.read(FLAGS), flags("1.58.1"));
    assert_no_copies(&host);
}

#[test]
fn a_deleted_flagfile_comes_back() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.sh(r#"rm "$1""#, &[FLAGS]);
    host.install(&release("1.58.1"));
    assert_eq!(host.read(FLAGS), flags("1.58.1"));
    assert_no_copies(&host);
}

#[test]
fn the_same_release_again_keeps_an_edit() {
    let host = Chroot::fresh();
    let deb = release("1.58.0");
    host.install(&deb);
    host.install(&deb);
    assert_no_copies(&host);
    host.write(FLAGS, EDITED);
    host.install(&deb);
    assert_eq!(host.read(FLAGS), EDITED);
}

#[test]
fn a_downgrade_keeps_an_edit_and_brings_the_older_programs() {
    let host = Chroot::fresh();
    host.install(&release("1.58.1"));
    host.write(FLAGS, EDITED);
    let downgrade = host.dpkg_install(&release("1.58.0"));
    assert!(
        downgrade.succeeded() && downgrade.stderr.contains("downgrading"),
        "{downgrade}"
    );
    assert_eq!(host.read(FLAGS), EDITED);
    assert!(host.read("/usr/local/bin/orbit").contains("1.58.0"));
}

#[test]
fn a_pre_release_gives_way_to_its_release() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0-rc1"));
    let upgrade = host.dpkg_install(&release("1.58.0"));
    assert!(
        upgrade.succeeded() && !upgrade.stderr.contains("downgrading"),
        "{upgrade}"
    );
}
