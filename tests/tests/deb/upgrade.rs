//! Upgrades, downgrades and reinstallations: what was edited on the host stays.

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::deb::{Deb, build_deb};
use packager_tests::host::Host;
use packager_tests::request::Request;

pub const FLAGS: &str = "/opt/orbit/osquery.flags";
pub const EDITED: &str = "--edited_on_the_host=true\n";

/// A release whose flagfile says which it is.
pub fn release(version: &str) -> Deb {
    build_deb(&request(version), &AgentFixture::scripts(version))
}

pub fn request(version: &str) -> Request {
    Request::deb().with("osquery-flagfile", flags(version))
}

pub fn flags(version: &str) -> String {
    format!("--from_release={version}\n")
}

/// Type, mode and owner of a file.
pub fn what(host: &impl Host, path: &str) -> String {
    host.sh(r#"stat --format '%F %a %u:%g' "$1""#, &[path])
}

/// Nothing is left of what an upgrade does in between.
pub fn assert_no_copies(host: &impl Host) {
    assert_eq!(host.sh("find /opt /etc/default -name '*.dpkg-*'", &[]), "");
}

#[test]
fn an_edited_flagfile_stays_and_the_new_one_lies_beside_it() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    host.install(&release("1.58.1"));
    assert_eq!(host.read(FLAGS), EDITED);
    assert_eq!(what(&host, FLAGS), "regular file 600 0:0\n");
    assert_eq!(host.read("/opt/orbit/osquery.flags.dpkg-dist"), flags("1.58.1"));
    assert_eq!(
        what(&host, "/opt/orbit/osquery.flags.dpkg-dist"),
        "regular file 600 0:0\n"
    );
    assert!(!host.exists("/opt/orbit/osquery.flags.dpkg-keep"));
    // And through every further upgrade.
    host.install(&release("1.58.2"));
    assert_eq!(host.read(FLAGS), EDITED);
    assert_eq!(host.read("/opt/orbit/osquery.flags.dpkg-dist"), flags("1.58.2"));
    assert!(!host.exists("/opt/orbit/osquery.flags.dpkg-keep"));
}

#[test]
fn a_flagfile_that_nobody_edited_is_replaced() {
    let host = Chroot::fresh();
    for version in ["1.58.0", "1.58.1", "1.58.2"] {
        host.install(&release(version));
        assert_eq!(host.read(FLAGS), flags(version));
        assert_no_copies(&host);
    }
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
fn the_environment_file_is_the_new_packages() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.write("/etc/default/orbit", "ORBIT_FLEET_URL=https://old.example.com\n");
    let moved = request("1.58.1").with("fleet_url", "https://new.example.com");
    host.install(&build_deb(&moved, &AgentFixture::scripts("1.58.1")));
    let environment = host.read("/etc/default/orbit");
    assert!(
        environment.contains("ORBIT_FLEET_URL=https://new.example.com\n"),
        "{environment}"
    );
    assert_eq!(what(&host, "/etc/default/orbit"), "regular file 600 0:0\n");
    assert_no_copies(&host);
}

#[test]
fn programs_of_another_channel_and_a_dropped_desktop_go() {
    let host = Chroot::fresh();
    let before = request("1.58.0")
        .with("fleet-desktop", true)
        .with("orbit-channel", "edge");
    host.install(&build_deb(&before, &AgentFixture::scripts("1.58.0")));
    host.install(&release("1.58.1"));
    for gone in ["/opt/orbit/bin/desktop", "/opt/orbit/bin/orbit/linux/edge"] {
        assert!(!host.exists(gone), "{gone}");
    }
    let link = host.sh("readlink -f /usr/local/bin/orbit", &[]);
    assert_eq!(link, "/opt/orbit/bin/orbit/linux/stable/orbit\n");
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
