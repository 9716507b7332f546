//! Removal: the host's enrollment goes with the programs; osquery's logs stay.

use packager_tests::arch::{ArchHost, RECORDS};
use packager_tests::host::Host;
use packager_tests::listing::Listing;
use packager_tests::used::USE_IT;

use crate::upgrade::release;

#[test]
fn everything_goes_but_osquerys_logs() {
    for used in [false, true] {
        let host = ArchHost::fresh();
        let before = Listing::with_digests(&host);
        host.upgrade(&release("1.58.0"));
        if used {
            host.sh(USE_IT, &[]);
        }
        host.uninstall();
        let records = [&RECORDS[..], &["/var/cache/ldconfig"]].concat();
        let left = Listing::with_digests(&host).since(&before).without(&records);
        let logs = ["/var/log/osquery", "/var/log/osquery/osqueryd.results.log"];
        let expected = if used { &logs[..] } else { &[] };
        assert_eq!(left.paths().collect::<Vec<_>>(), expected);
        let missing = before.since(&Listing::with_digests(&host)).without(&records);
        assert_eq!(missing.to_string(), "");
    }
}

#[test]
fn an_administrators_own_commands_stay() {
    let host = ArchHost::fresh();
    host.upgrade(&release("1.58.0"));
    host.sh(
        "echo theirs >/usr/local/bin/other && ln -s other /usr/local/bin/link",
        &[],
    );
    host.uninstall();
    assert!(host.exists("/usr/local/bin/other") && host.exists("/usr/local/bin/link"));
}
