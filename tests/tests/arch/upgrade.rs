//! Upgrades, downgrades and reinstallations: what was edited on the host stays.

use packager_tests::agent::AgentFixture;
use packager_tests::arch::{ArchHost, ArchPackage, build_arch};
use packager_tests::host::Host;
use packager_tests::request::Request;

pub const FLAGS: &str = "/opt/orbit/osquery.flags";
const NEW: &str = "/opt/orbit/osquery.flags.pacnew";
const EDITED: &str = "--edited_on_the_host=true\n";

/// A release whose flagfile says which it is.
pub fn release(version: &str) -> ArchPackage {
    build_arch(&request(version), &AgentFixture::scripts(version))
}

pub fn request(version: &str) -> Request {
    Request::arch().with("osquery-flagfile", flags(version))
}

fn flags(version: &str) -> String {
    format!("--from_release={version}\n")
}

#[test]
fn an_edited_flagfile_stays_and_the_new_one_lies_beside_it() {
    let host = ArchHost::fresh();
    host.upgrade(&release("1.58.0"));
    host.write(FLAGS, EDITED);
    for version in ["1.58.1", "1.58.2"] {
        let ran = host.pacman_install(&release(version));
        assert!(
            ran.succeeded() && ran.stderr.contains("osquery.flags installed as"),
            "{ran}"
        );
        assert_eq!(host.installed(), format!("fleet-osquery {version}-1\n"));
        assert_eq!(host.read(FLAGS), EDITED);
        assert_eq!(host.read(NEW), flags(version));
        let modes = host.sh(r#"stat --format '%a %u:%g' "$1" "$2""#, &[FLAGS, NEW]);
        assert_eq!(modes, "600 0:0\n600 0:0\n");
        let state = host.run(&["systemctl", "is-enabled", "orbit.service"]).stdout;
        assert_eq!(state, "enabled\n");
    }
    assert!(host.read("/usr/local/bin/orbit").contains("1.58.2"));
}

#[test]
fn a_flagfile_that_nobody_edited_is_replaced() {
    let host = ArchHost::fresh();
    for version in ["1.58.0", "1.58.1", "1.58.2"] {
        host.upgrade(&release(version));
        assert_eq!(host.read(FLAGS), flags(version));
        assert!(!host.exists(NEW));
    }
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
    assert!(!host.exists(NEW));
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

/// It holds the secret: neither an edit nor a copy of it with the old one stays.
#[test]
fn the_environment_file_is_the_new_packages() {
    let host = ArchHost::fresh();
    host.upgrade(&release("1.58.0"));
    host.write("/etc/default/orbit", "ORBIT_FLEET_URL=https://old.example.com\n");
    let moved = request("1.58.1").with("fleet_url", "https://new.example.com");
    host.upgrade(&build_arch(&moved, &AgentFixture::scripts("1.58.1")));
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
    let host = ArchHost::fresh();
    let before = request("1.58.0")
        .with("fleet-desktop", true)
        .with("orbit-channel", "edge");
    host.upgrade(&build_arch(&before, &AgentFixture::scripts("1.58.0")));
    host.upgrade(&release("1.58.1"));
    for gone in ["/opt/orbit/bin/desktop", "/opt/orbit/bin/orbit/linux/edge"] {
        assert!(!host.exists(gone), "{gone}");
    }
    let link = host.sh("readlink -f /usr/local/bin/orbit", &[]);
    assert_eq!(link, "/opt/orbit/bin/orbit/linux/stable/orbit\n");
}

#[test]
fn a_pre_release_gives_way_to_its_release() {
    let host = ArchHost::fresh();
    host.upgrade(&release("1.58.0-rc1"));
    assert_eq!(host.installed(), "fleet-osquery 1.58.0rc1-1\n");
    let ran = host.pacman_install(&release("1.58.0"));
    assert!(ran.succeeded() && !ran.stderr.contains("downgrading"), "{ran}");
}
