//! `apt-get` on each Debian release, from a repository of one's own, with the commands of docs/debian.md.

mod compression;
mod life;
mod other_content;
mod private;
mod trust;
mod versions;

use packager_tests::apt::{AptRepository, apt};
use packager_tests::chroot::Chroot;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::suite::Suite;

/// Runs scenarios on each release, as tests of their own.
macro_rules! on_each_suite {
    ($($scenario:ident),+ $(,)?) => {
        on_each_suite!(bullseye Bullseye $($scenario)+);
        on_each_suite!(bookworm Bookworm $($scenario)+);
        on_each_suite!(trixie Trixie $($scenario)+);
    };
    ($module:ident $suite:ident $($scenario:ident)+) => {
        mod $module {
            $(
                #[test]
                fn $scenario() {
                    super::$scenario(packager_tests::suite::Suite::$suite);
                }
            )+
        }
    };
}
pub(crate) use on_each_suite;

/// A fresh system, and a repository that it trusts and has as a folder.
fn host_and_repository(suite: Suite, debs: &[&packager_tests::deb::Deb]) -> (Chroot, AptRepository) {
    let host = Chroot::of(suite);
    let repository = AptRepository::seen_by(&host);
    repository.publish(debs);
    repository.trusted_by(&host, &repository.url());
    (host, repository)
}

/// Runs documented commands that must succeed.
fn run(host: &Chroot, name: &str) -> String {
    apt(host, name, "").expect_success()
}

/// The version that dpkg says is installed.
fn installed_version(host: &Chroot) -> String {
    host.sh(r#"dpkg-query --show --showformat='${Version}' "$1""#, &[PACKAGE])
}

#[test]
fn a_single_package_needs_no_repository() {
    let host = Chroot::fresh();
    for version in ["1.58.0", "1.58.1"] {
        let path = host.put(&crate::upgrade::release(version));
        host.sh(r#"apt-get install --yes "$1""#, &[&path]);
        assert_eq!(installed_version(&host), version);
    }
    run(&host, "purge");
    assert_eq!(host.status(), "");
}
