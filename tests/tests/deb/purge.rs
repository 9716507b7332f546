//! Purging: no trace but dpkg's own records of what it did.

use packager_tests::chroot::Chroot;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::listing::Listing;

use crate::contents::assert_same;
use crate::remove::USE_IT;
use crate::upgrade::{EDITED, FLAGS, release};

/// What dpkg writes of every package's coming and going. Its folder of packages' information is not among them.
const RECORDS: [&str; 4] = [
    "/var/lib/dpkg/status",
    "/var/lib/dpkg/status-old",
    "/var/lib/dpkg/available",
    "/var/log/dpkg.log",
];

fn system(host: &Chroot) -> Listing {
    Listing::with_digests(host).without(&RECORDS)
}

#[test]
fn nothing_is_left_after_a_purge_of_what_was_installed() {
    let host = Chroot::fresh();
    let before = system(&host);
    host.install(&release("1.58.0"));
    host.sh(USE_IT, &[]);
    host.purge();
    assert_same(&system(&host), &before);
    assert!(!host.read("/var/lib/dpkg/status").contains(PACKAGE));
}

#[test]
fn nothing_is_left_after_a_life_of_upgrades_and_removal() {
    let host = Chroot::fresh();
    let before = system(&host);
    host.install(&release("1.58.0"));
    host.sh(USE_IT, &[]);
    host.install(&release("1.58.1"));
    host.write(FLAGS, EDITED);
    host.install(&release("1.58.0"));
    host.remove();
    host.install(&release("1.58.1"));
    host.remove();
    host.purge();
    assert_same(&system(&host), &before);
}
