//! Upgrades, downgrades and reinstallations: what was edited on the host stays.

use packager_tests::arch::{ArchHost, ArchPackage};
use packager_tests::host::Host;
use packager_tests::manager::{Manager, Pacman};
use packager_tests::request::Request;
use packager_tests::upgrades;
pub use packager_tests::upgrades::{EDITED, FLAGS};

/// A release whose flagfile says which it is.
pub fn release(version: &str) -> ArchPackage {
    upgrades::release::<Pacman>(version)
}

pub fn request(version: &str) -> Request {
    upgrades::request::<Pacman>(version)
}

#[test]
fn an_edited_flagfile_stays_and_the_new_one_lies_beside_it() {
    let host = ArchHost::fresh();
    upgrades::an_edited_flagfile_stays::<Pacman>(&host);
    assert_eq!(host.installed(), "fleet-osquery 1.58.2-1\n");
}

#[test]
fn a_flagfile_that_nobody_edited_is_replaced() {
    upgrades::an_unedited_flagfile_is_replaced::<Pacman>();
}

#[test]
fn the_environment_file_is_the_new_packages() {
    upgrades::the_environment_file_is_the_new_packages::<Pacman>();
}

#[test]
fn programs_of_another_channel_and_a_dropped_desktop_go() {
    upgrades::programs_of_another_channel_and_a_dropped_desktop_go::<Pacman>();
}

#[test]
fn the_same_release_again_keeps_an_edit() {
    let host = ArchHost::fresh();
    let package = release("1.58.0");
    host.upgrade(&package);
    host.write(FLAGS, EDITED);
    host.upgrade(&package);
    assert_eq!(host.read(FLAGS), EDITED);
    // pacman knows that the packaged file is the one that was edited.
    assert!(!host.exists(Pacman::NEW_FLAGS));
}

#[test]
fn a_downgrade_keeps_an_edit_and_brings_the_older_programs() {
    let host = ArchHost::fresh();
    host.upgrade(&release("1.58.1"));
    host.write(FLAGS, EDITED);
    let ran = host.pacman_install(&release("1.58.0"));
    assert!(ran.succeeded() && ran.stderr.contains("downgrading"), "{ran}");
    assert_eq!(host.read(FLAGS), EDITED);
    assert!(host.read("/usr/local/bin/orbit").contains("1.58.0"));
}

#[test]
fn a_pre_release_gives_way_to_its_release() {
    let host = ArchHost::fresh();
    host.upgrade(&release("1.58.0-rc1"));
    assert_eq!(host.installed(), "fleet-osquery 1.58.0rc1-1\n");
    let ran = host.pacman_install(&release("1.58.0"));
    assert!(ran.succeeded() && !ran.stderr.contains("downgrading"), "{ran}");
}
