//! Upgrades, downgrades and reinstallations: what was edited on the host stays.

use packager_tests::chroot::Chroot;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::manager;
use packager_tests::request::Request;
use packager_tests::rpm::{Rpm, RpmHost};
use packager_tests::suite::Suite;
use packager_tests::upgrades;
pub use packager_tests::upgrades::{EDITED, FLAGS, flags};

use crate::install::on_each_rpm;

/// A release whose flagfile says which it is.
pub fn release(version: &str) -> Rpm {
    upgrades::release::<manager::Rpm>(version)
}

pub fn request(version: &str) -> Request {
    upgrades::request::<manager::Rpm>(version)
}

pub fn is_enabled(host: &impl Host) -> String {
    host.run(&["systemctl", "is-enabled", "orbit.service"]).stdout
}

on_each_rpm!(an_edited_flagfile_stays_and_the_new_one_lies_beside_it);

fn an_edited_flagfile_stays_and_the_new_one_lies_beside_it(suite: Suite) {
    let host = Chroot::of(suite);
    upgrades::an_edited_flagfile_stays::<manager::Rpm>(&host);
    assert_eq!(host.installed(), "fleet-osquery-1.58.2-1.x86_64\n");
    // What differs is what was edited.
    let differs = host.rpm(&["--verify", "--nodeps", PACKAGE]).stdout;
    assert_eq!(differs, "S.5....T.  c /opt/orbit/osquery.flags\n");
}

#[test]
fn a_flagfile_that_nobody_edited_is_replaced() {
    upgrades::an_unedited_flagfile_is_replaced::<manager::Rpm>();
}

#[test]
fn the_environment_file_is_the_new_packages() {
    upgrades::the_environment_file_is_the_new_packages::<manager::Rpm>();
}

#[test]
fn programs_of_another_channel_and_a_dropped_desktop_go() {
    upgrades::programs_of_another_channel_and_a_dropped_desktop_go::<manager::Rpm>();
}

#[test]
fn the_same_release_again_keeps_an_edit_and_the_service() {
    let host = Chroot::fresh();
    let rpm = release("1.58.0");
    host.upgrade(&rpm);
    host.write(FLAGS, EDITED);
    let ran = host.rpm_with(&["--upgrade", "--replacepkgs"], &rpm);
    assert!(ran.succeeded() && !ran.stderr.contains("scriptlet failed"), "{ran}");
    assert_eq!(host.read(FLAGS), EDITED);
    assert_eq!(is_enabled(&host), "enabled\n");
    assert!(host.exists("/etc/default/orbit") && host.exists("/usr/local/bin/orbit"));
}

#[test]
fn a_downgrade_keeps_an_edit_and_brings_the_older_programs() {
    let host = Chroot::fresh();
    host.upgrade(&release("1.58.1"));
    host.write(FLAGS, EDITED);
    let older = release("1.58.0");
    let refused = host.rpm_with(&["--upgrade"], &older).expect_failure();
    assert!(refused.contains("newer than"), "{refused}");
    let _ = host.rpm_with(&["--upgrade", "--oldpackage"], &older).expect_success();
    assert_eq!(host.read(FLAGS), EDITED);
    assert!(host.read("/usr/local/bin/orbit").contains("1.58.0"));
    assert_eq!(is_enabled(&host), "enabled\n");
}

#[test]
fn a_pre_release_gives_way_to_its_release() {
    let host = Chroot::fresh();
    host.upgrade(&release("1.58.0-rc1"));
    host.upgrade(&release("1.58.0"));
    assert_eq!(host.installed(), "fleet-osquery-1.58.0-1.x86_64\n");
}
