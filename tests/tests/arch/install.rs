//! Installation on a fresh system.

use packager_tests::agent::AgentFixture;
use packager_tests::arch::{ArchHost, RECORDS, build_arch};
use packager_tests::host::{Host, PACKAGE};
use packager_tests::installers::{ALWAYS, DESKTOP};
use packager_tests::listing::{Listing, assert_same};
use packager_tests::request::Request;

const ENABLED: &str = "
    l 0777 0:0 /etc/systemd/system/multi-user.target.wants/orbit.service -> /lib/systemd/system/orbit.service
";

#[test]
fn nothing_but_the_packages_files_and_the_enabled_service_appears() {
    let host = ArchHost::fresh();
    let before = Listing::of(&host);
    let request = Request::arch().with("fleet-desktop", true);
    host.upgrade(&build_arch(&request, &AgentFixture::scripts("1.58.0")));
    assert_eq!(host.installed(), "fleet-osquery 1.58.0-1\n");
    // Directories that the system had before are no news.
    let expected = Listing::table(&[ALWAYS, DESKTOP, ENABLED].concat()).since(&before);
    let records = [&RECORDS[..], &["/var/cache/ldconfig"]].concat();
    assert_same(&Listing::of(&host).since(&before).without(&records), &expected);
    // Not one of them was changed either.
    let changed = before.since(&Listing::of(&host)).without(&records);
    assert_eq!(changed.to_string(), "");
}

/// The list has no digests of what holds secrets, which pacman takes for empty ones.
#[test]
fn pacman_finds_nothing_amiss_but_the_withheld_digest() {
    let host = ArchHost::fresh();
    host.upgrade(&build_arch(&Request::arch(), &AgentFixture::scripts("1.58.0")));
    let plain = host.pacman(&["-Qk", PACKAGE]);
    assert!(
        plain.succeeded() && plain.stdout.ends_with(" 0 missing files\n"),
        "{plain}"
    );
    let thorough = || {
        let ran = host.pacman(&["-Qkk", PACKAGE]);
        let mut paths: Vec<String> = ran
            .stderr
            .lines()
            .map(|line| {
                let (path, why) = line.rsplit_once(" (").unwrap();
                format!("{} {why}", path.rsplit_once("/root").unwrap().1).replace(" checksum mismatch)", "")
            })
            .collect();
        paths.sort();
        (ran.stdout, paths)
    };
    let (summary, paths) = thorough();
    assert_eq!(paths, ["/etc/default/orbit MD5", "/etc/default/orbit SHA256"]);
    assert_eq!(summary, "fleet-osquery: 29 total files, 1 altered file\n");
    // The check is one: it sees a change.
    host.sh("printf 'x' | dd of=/opt/orbit/certs.pem bs=1 conv=notrunc status=none; touch -d @1704067200 /opt/orbit/certs.pem", &[]);
    let (summary, paths) = thorough();
    assert_eq!(summary, "fleet-osquery: 29 total files, 2 altered files\n");
    assert!(paths.contains(&"/opt/orbit/certs.pem SHA256".to_owned()), "{paths:?}");
}

#[test]
fn installed_files_run_and_links_lead_to_them() {
    let host = ArchHost::fresh();
    host.upgrade(&build_arch(&Request::arch(), &AgentFixture::scripts("1.58.0")));
    let osqueryd = host.sh("/opt/orbit/bin/osqueryd/linux/stable/osqueryd", &[]);
    assert_eq!(osqueryd, "osqueryd 1.58.0\n");
    let link = host.sh("readlink -f /usr/local/bin/orbit", &[]);
    assert_eq!(link, "/opt/orbit/bin/orbit/linux/stable/orbit\n");
}

#[test]
fn directories_of_the_host_that_are_missing_are_made_and_stay() {
    let host = ArchHost::fresh();
    host.sh("rm -r /opt /usr/local/bin", &[]);
    host.upgrade(&build_arch(&Request::arch(), &AgentFixture::scripts("1.58.0")));
    let made = host.sh("stat --format '%a %U %n' /opt /usr/local/bin", &[]);
    assert_eq!(made, "755 root /opt\n755 root /usr/local/bin\n");
    host.uninstall();
    assert!(host.exists("/usr/local/bin") && !host.exists("/usr/local/bin/orbit"));
    assert!(host.exists("/opt") && !host.exists("/opt/orbit"));
}

#[test]
fn a_system_without_systemctl_takes_it() {
    let host = ArchHost::fresh();
    host.sh("mv /bin/systemctl /bin/systemctl.away", &[]);
    for version in ["1.58.0", "1.58.1"] {
        host.upgrade(&build_arch(&Request::arch(), &AgentFixture::scripts(version)));
    }
    host.uninstall();
    assert_eq!(host.installed(), "");
}

#[test]
fn without_the_service_it_is_not_enabled() {
    let host = ArchHost::fresh();
    for version in ["1.58.0", "1.58.1"] {
        let request = Request::arch().with("service", false);
        host.upgrade(&build_arch(&request, &AgentFixture::scripts(version)));
        let state = host.run(&["systemctl", "is-enabled", "orbit.service"]).stdout;
        assert_eq!(state, "disabled\n");
    }
}
