//! Upgrades, downgrades and reinstallations: what was edited on the host stays.

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::request::Request;
use packager_tests::rpm::{Rpm, RpmHost, build_rpm};
use packager_tests::suite::Suite;

use crate::install::on_each_rpm;

pub const FLAGS: &str = "/opt/orbit/osquery.flags";
pub const EDITED: &str = "--edited_on_the_host=true\n";
const NEW: &str = "/opt/orbit/osquery.flags.rpmnew";

/// A release whose flagfile says which it is.
pub fn release(version: &str) -> Rpm {
    build_rpm(&request(version), &AgentFixture::scripts(version))
}

pub fn request(version: &str) -> Request {
    Request::rpm().with("osquery-flagfile", flags(version))
}

pub fn flags(version: &str) -> String {
    format!("--from_release={version}\n")
}

pub fn is_enabled(host: &impl Host) -> String {
    host.run(&["systemctl", "is-enabled", "orbit.service"]).stdout
}

on_each_rpm!(an_edited_flagfile_stays_and_the_new_one_lies_beside_it);

fn an_edited_flagfile_stays_and_the_new_one_lies_beside_it(suite: Suite) {
    let host = Chroot::of(suite);
    host.upgrade(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    for version in ["1.58.1", "1.58.2"] {
        host.upgrade(&release(version));
        assert_eq!(host.installed(), format!("fleet-osquery-{version}-1.x86_64\n"));
        assert_eq!(host.read(FLAGS), EDITED);
        assert_eq!(host.read(NEW), flags(version));
        let modes = host.sh(r#"stat --format '%a %u:%g' "$1" "$2""#, &[FLAGS, NEW]);
        assert_eq!(modes, "600 0:0\n600 0:0\n");
        assert_eq!(is_enabled(&host), "enabled\n");
    }
    // What differs is what was edited.
    let differs = host.rpm(&["--verify", "--nodeps", PACKAGE]).stdout;
    assert_eq!(differs, "S.5....T.  c /opt/orbit/osquery.flags\n");
    // The service's restart is the scripts' affair; the programs are the new ones.
    assert!(host.read("/usr/local/bin/orbit").contains("1.58.2"));
}

#[test]
fn a_flagfile_that_nobody_edited_is_replaced() {
    let host = Chroot::fresh();
    for version in ["1.58.0", "1.58.1", "1.58.2"] {
        host.upgrade(&release(version));
        assert_eq!(host.read(FLAGS), flags(version));
        assert!(!host.exists(NEW));
    }
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

/// It holds the secret: neither an edit nor a copy of it with the old one stays.
#[test]
fn the_environment_file_is_the_new_packages() {
    let host = Chroot::fresh();
    host.upgrade(&release("1.58.0"));
    host.write("/etc/default/orbit", "ORBIT_FLEET_URL=https://old.example.com\n");
    let moved = request("1.58.1").with("fleet_url", "https://new.example.com");
    host.upgrade(&build_rpm(&moved, &AgentFixture::scripts("1.58.1")));
    let environment = host.read("/etc/default/orbit");
    assert!(
        environment.contains("ORBIT_FLEET_URL=https://new.example.com\n"),
        "{environment}"
    );
    assert_eq!(host.sh("find /etc/default -name 'orbit*'", &[]), "/etc/default/orbit\n");
    assert_eq!(host.sh("stat --format '%a %u:%g' /etc/default/orbit", &[]), "600 0:0\n");
}

#[test]
fn programs_of_another_channel_and_a_dropped_desktop_go() {
    let host = Chroot::fresh();
    let before = request("1.58.0")
        .with("fleet-desktop", true)
        .with("orbit-channel", "edge");
    host.upgrade(&build_rpm(&before, &AgentFixture::scripts("1.58.0")));
    host.upgrade(&release("1.58.1"));
    for gone in ["/opt/orbit/bin/desktop", "/opt/orbit/bin/orbit/linux/edge"] {
        assert!(!host.exists(gone), "{gone}");
    }
    let link = host.sh("readlink -f /usr/local/bin/orbit", &[]);
    assert_eq!(link, "/opt/orbit/bin/orbit/linux/stable/orbit\n");
}

#[test]
fn a_pre_release_gives_way_to_its_release() {
    let host = Chroot::fresh();
    host.upgrade(&release("1.58.0-rc1"));
    host.upgrade(&release("1.58.0"));
    assert_eq!(host.installed(), "fleet-osquery-1.58.0-1.x86_64\n");
}
