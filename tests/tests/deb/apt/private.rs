//! A repository that is served to those who know a password: packages hold secrets.

use packager_tests::apt::AptRepository;
use packager_tests::chroot::Chroot;
use packager_tests::host::Host;
use packager_tests::suite::Suite;

use super::{installed_version, on_each_suite, run};
use crate::upgrade::release;

on_each_suite!(a_password_is_asked_for_and_no_package_stays_behind);

const PACKAGES: &str = "find / -xdev -path /mnt -prune -o -name 'fleet-osquery*.deb' -print";

fn a_password_is_asked_for_and_no_package_stays_behind(suite: Suite) {
    let host = Chroot::of(suite).on_the_net();
    let repository = AptRepository::seen_by(&host);
    repository.publish(&[&release("1.58.0")]);
    let served = repository.serve();
    served.admits(&host);
    repository.trusted_by(&host, &served.url);
    run(&host, "install");
    assert_eq!(host.sh(PACKAGES, &[]), "");
    repository.publish(&[&release("1.58.1")]);
    run(&host, "upgrade");
    assert_eq!(installed_version(&host), "1.58.1");
    assert_eq!(host.sh(PACKAGES, &[]), "");

    // Without the settings of the documentation it would stay, for everybody to read.
    host.sh("rm /etc/apt/apt.conf.d/50fleet", &[]);
    run(&host, "reinstall");
    let kept = host.sh(PACKAGES, &[]);
    assert_eq!(kept, "/var/cache/apt/archives/fleet-osquery_1.58.1_amd64.deb\n");

    host.sh("rm /etc/apt/auth.conf.d/fleet.conf", &[]);
    let refused = host.run(&["apt-get", "update"]);
    assert!(
        refused.stderr.contains("401") || refused.stdout.contains("401"),
        "{refused}"
    );
}
