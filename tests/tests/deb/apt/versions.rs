//! Which version apt takes for the newest, and packages of another architecture.

use packager_tests::agent::AgentFixture;
use packager_tests::deb::build_deb;
use packager_tests::host::Host;
use packager_tests::request::Request;
use packager_tests::suite::Suite;

use super::{host_and_repository, installed_version, on_each_suite, run};
use crate::upgrade::release;

on_each_suite!(
    apt_orders_versions_as_the_releases_came,
    a_package_of_an_added_architecture
);

fn apt_orders_versions_as_the_releases_came(suite: Suite) {
    let debs = ["1.58.2", "1.58.10", "1.58.0", "1.58.0-rc1"].map(release);
    let (host, _repository) = host_and_repository(suite, &debs.each_ref());
    let listed = host.sh("apt-cache madison fleet-osquery | cut -d '|' -f 2 | tr -d ' '", &[]);
    assert_eq!(listed, "1.58.10\n1.58.2\n1.58.0\n1.58.0~rc1\n");
    host.sh("apt-get install --yes fleet-osquery=1.58.0~rc1", &[]);
    run(&host, "upgrade");
    assert_eq!(installed_version(&host), "1.58.10");
    // Older ones are not taken by mistake.
    let refused = host.run(&["apt-get", "install", "--yes", "fleet-osquery=1.58.2"]);
    assert!(
        !refused.succeeded() && installed_version(&host) == "1.58.10",
        "{refused}"
    );
}

/// Its programs cannot run there, its scripts can.
fn a_package_of_an_added_architecture(suite: Suite) {
    let arm64 = build_deb(&Request::deb().with("arch", "arm64"), &AgentFixture::scripts("1.58.0"));
    let (host, _repository) = host_and_repository(suite, &[&release("1.58.0"), &arm64]);
    run(&host, "install");
    host.sh(
        "dpkg --add-architecture arm64; apt-get update; apt-get install --yes fleet-osquery:arm64",
        &[],
    );
    let installed = host.sh(
        "dpkg-query --show --showformat='${Architecture} ${Status}\\n' 'fleet-osquery:*'",
        &[],
    );
    assert!(installed.contains("arm64 install ok installed"), "{installed}");
    assert!(!installed.contains("amd64 install ok installed"), "{installed}");
    assert!(host.exists("/opt/orbit/bin/orbit/linux-arm64/stable/orbit"));
    assert!(!host.exists("/opt/orbit/bin/orbit/linux/stable/orbit"));
    assert_eq!(host.sh("dpkg --audit", &[]), "");
}
