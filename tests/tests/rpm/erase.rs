//! Erasure: the host's enrollment goes with the programs; osquery's logs stay.

use packager_tests::chroot::Chroot;
use packager_tests::host::{Host, PACKAGE};
use packager_tests::listing::Listing;
use packager_tests::rpm::{RECORDS, RpmHost};
use packager_tests::suite::Suite;
use packager_tests::used::USE_IT;

use crate::install::on_each_rpm;
use crate::upgrade::{FLAGS, flags, release};

on_each_rpm!(everything_goes_but_osquerys_logs);

fn everything_goes_but_osquerys_logs(suite: Suite) {
    let host = Chroot::of(suite);
    // rpm makes its database, and systemd its folder of enabled services, if they are not there.
    host.upgrade(&release("1.58.0"));
    host.erase();
    let before = Listing::with_digests(&host).without(&RECORDS);
    host.upgrade(&release("1.58.1"));
    host.sh(USE_IT, &[]);
    host.sh("echo theirs >/usr/local/bin/other", &[]);
    host.upgrade(&release("1.58.2"));
    assert!(
        host.exists("/opt/orbit/secret-orbit-node-key.txt"),
        "an upgrade is no erasure"
    );
    host.erase();
    assert_eq!(host.installed(), "");
    let after = Listing::with_digests(&host).without(&RECORDS);
    assert_eq!(
        after.since(&before).paths().collect::<Vec<_>>(),
        [
            "/usr/local/bin/other",
            "/var/log/osquery",
            "/var/log/osquery/osqueryd.results.log"
        ]
    );
    assert_eq!(before.since(&after).to_string(), "");
    assert!(!host.exists("/etc/systemd/system/multi-user.target.wants/orbit.service"));
    // A second life is like a first.
    host.upgrade(&release("1.58.2"));
    assert_eq!(host.read(FLAGS), flags("1.58.2"));
    assert_eq!(host.ask_rpm(&["--verify", "--nodeps", PACKAGE]), "");
}
