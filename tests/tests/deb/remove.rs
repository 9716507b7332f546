//! Removal: the host's enrollment goes with the programs; osquery's logs and an administrator's links stay.

use packager_tests::chroot::Chroot;
use packager_tests::host::Host;
use packager_tests::listing::Listing;
pub use packager_tests::used::USE_IT;

use crate::install::DPKG;
use crate::upgrade::{FLAGS, flags, release};

#[test]
fn everything_goes_but_osquerys_logs() {
    let host = Chroot::fresh();
    let before = Listing::with_digests(&host);
    host.install(&release("1.58.0"));
    host.sh(USE_IT, &[]);
    host.remove();
    assert_eq!(host.status(), "deinstall ok config-files");
    let left = Listing::with_digests(&host).since(&before).without(&DPKG);
    assert_eq!(
        left.paths().collect::<Vec<_>>(),
        ["/var/log/osquery", "/var/log/osquery/osqueryd.results.log"]
    );
    let missing = before.since(&Listing::with_digests(&host)).without(&DPKG);
    assert_eq!(missing.to_string(), "");
}

#[test]
fn a_second_installation_after_removal_is_like_a_first() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    let first = Listing::with_digests(&host);
    host.sh(USE_IT, &[]);
    host.remove();
    host.install(&release("1.58.0"));
    assert_eq!(host.read(FLAGS), flags("1.58.0"));
    let again = Listing::with_digests(&host).without(&DPKG);
    let logs = ["/var/log/osquery/osqueryd.results.log"];
    assert_eq!(again.without(&logs).since(&first.without(&DPKG)).to_string(), "");
}

#[test]
fn an_administrators_own_orbit_command_stays() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.sh(
        "echo theirs >/usr/local/bin/other && ln -s other /usr/local/bin/link",
        &[],
    );
    host.purge();
    assert!(host.exists("/usr/local/bin/other") && host.exists("/usr/local/bin/link"));
}

#[test]
fn removal_twice_and_purge_after_removal_do_no_harm() {
    let host = Chroot::fresh();
    host.install(&release("1.58.0"));
    host.remove();
    let _ = host.run(&["dpkg", "--remove", "fleet-osquery"]);
    host.purge();
    host.purge();
    assert_eq!(host.status(), "");
}
