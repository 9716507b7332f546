//! A package of the same version with another secret, as when a secret was changed, or with another customer's.

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::deb::{Deb, build_deb};
use packager_tests::host::Host;
use packager_tests::request::ENROLL_SECRET;
use packager_tests::suite::Suite;

use super::{host_and_repository, on_each_suite, run};
use crate::upgrade::{EDITED, FLAGS, request};

on_each_suite!(only_a_reinstallation_brings_another_secret);

const OTHER: &str = "another-enroll-secret-5Rk9";

fn with_secret(secret: &str) -> Deb {
    let request = request("1.58.0").with("enroll_secret", secret);
    build_deb(&request, &AgentFixture::scripts("1.58.0"))
}

fn secret(host: &Chroot) -> String {
    let environment = host.read("/etc/default/orbit");
    let secret = environment
        .lines()
        .find_map(|line| line.strip_prefix("ORBIT_ENROLL_SECRET="));
    secret.unwrap().to_owned()
}

fn only_a_reinstallation_brings_another_secret(suite: Suite) {
    let (first, other) = (with_secret(ENROLL_SECRET), with_secret(OTHER));
    assert!(first.file_name() == other.file_name() && first.bytes() != other.bytes());
    let (host, repository) = host_and_repository(suite, &[&first]);
    run(&host, "install");
    host.write(FLAGS, EDITED);
    // It takes the other's place: a version is in a repository once.
    repository.publish(&[&other]);
    run(&host, "upgrade");
    assert_eq!(secret(&host), ENROLL_SECRET);
    let said = run(&host, "install");
    assert!(said.contains("already the newest version"), "{said}");
    host.sh("apt-get upgrade --yes", &[]);
    assert_eq!(secret(&host), ENROLL_SECRET);

    run(&host, "reinstall");
    assert_eq!(secret(&host), OTHER);
    assert_eq!(host.read(FLAGS), EDITED);
    assert_eq!(host.sh("dpkg --audit", &[]), "");

    // dpkg takes what it is given.
    host.install(&first);
    assert_eq!(secret(&host), ENROLL_SECRET);
}
