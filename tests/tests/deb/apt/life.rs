//! From installation to purge. After each step the whole system is looked at.

use packager_tests::apt::apt;
use packager_tests::chroot::Chroot;
use packager_tests::deb::Deb;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::listing::Listing;
use packager_tests::request::ENROLL_SECRET;
use packager_tests::suite::Suite;

use super::{host_and_repository, installed_version, on_each_suite, run};
use crate::contents::assert_same;
use crate::remove::USE_IT;
use crate::secrecy::readable_by;
use crate::upgrade::{EDITED, FLAGS, flags, release};

on_each_suite!(a_life);

/// What apt and dpkg write of every package's coming and going.
const RECORDS: [&str; 6] = [
    "/var/lib/dpkg",
    "/var/log/dpkg.log",
    "/var/log/apt",
    "/var/lib/apt",
    "/var/cache/apt",
    "/var/cache/debconf",
];
const DIST: &str = "/opt/orbit/osquery.flags.dpkg-dist";
const WANTED: &str = "/etc/systemd/system/multi-user.target.wants/orbit.service";

fn system(host: &Chroot) -> Listing {
    Listing::with_digests(host).without(&RECORDS)
}

/// That `deb` is installed whole, and nothing else on the system differs from `before` but `beside`.
fn assert_installed(host: &Chroot, deb: &Deb, version: &str, before: &Listing, beside: &[&str]) {
    assert_eq!(host.status(), "install ok installed");
    assert_eq!(installed_version(host), version);
    assert_eq!(host.sh("dpkg --audit", &[]), "");
    let carried = Listing::of_deb(host, deb);
    assert_same(&carried.since(&Listing::of(host)), &Listing::table(""));
    let changed = system(host).since(before).without(&[&[WANTED], beside].concat());
    let expected = carried.since(&before.without_digests());
    assert_eq!(
        changed.paths().collect::<Vec<_>>(),
        expected.paths().collect::<Vec<_>>()
    );
    assert_eq!(
        host.sh(
            r#"dpkg-query --show --showformat='${Conffiles}${Depends}' "$1""#,
            &[PACKAGE]
        ),
        ""
    );
    assert!(host.exists(WANTED));
    assert_eq!(readable_by(host, "65534", &[ENROLL_SECRET]), Vec::<String>::new());
}

/// What `dpkg --verify` finds changed.
fn verify(host: &Chroot) -> String {
    host.run(&["dpkg", "--verify", PACKAGE]).stdout
}

fn a_life(suite: Suite) {
    let (older, newer) = (release("1.58.0"), release("1.58.1"));
    let (host, repository) = host_and_repository(suite, &[&older]);
    let before = system(&host);

    run(&host, "install");
    assert_installed(&host, &older, "1.58.0", &before, &[]);
    assert_eq!(verify(&host), "");
    assert_eq!(host.read(FLAGS), flags("1.58.0"));

    repository.publish(&[&newer]);
    host.write(FLAGS, EDITED);
    run(&host, "upgrade");
    assert_installed(&host, &newer, "1.58.1", &before, &[DIST]);
    assert_eq!(verify(&host).lines().count(), 1);
    assert_eq!((host.read(FLAGS).as_str(), host.read(DIST)), (EDITED, flags("1.58.1")));

    let _ = apt(&host, "downgrade", "1.58.0").expect_success();
    assert_installed(&host, &older, "1.58.0", &before, &[DIST]);
    assert_eq!((host.read(FLAGS).as_str(), host.read(DIST)), (EDITED, flags("1.58.0")));

    run(&host, "upgrade");
    host.sh("rm /opt/orbit/certs.pem", &[]);
    run(&host, "reinstall");
    assert_installed(&host, &newer, "1.58.1", &before, &[DIST]);
    assert_eq!(host.read(FLAGS), EDITED);

    host.sh(USE_IT, &[]);
    run(&host, "remove");
    assert_eq!(host.status(), "deinstall ok config-files");
    assert_eq!(host.sh("dpkg --audit", &[]), "");
    let left = system(&host).since(&before);
    let logs = ["/var/log/osquery", "/var/log/osquery/osqueryd.results.log"];
    assert_eq!(left.paths().collect::<Vec<_>>(), logs);
    assert_eq!(readable_by(&host, "0", &[ENROLL_SECRET]), Vec::<String>::new());

    run(&host, "install");
    assert_eq!(host.read(FLAGS), flags("1.58.1"));
    run(&host, "purge");
    assert_eq!(
        (host.status().as_str(), host.sh("dpkg --audit", &[]).as_str()),
        ("", "")
    );
    assert_same(&system(&host), &before);
}
