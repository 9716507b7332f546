//! What administrators use rather than `dpkg`.

use packager_tests::chroot::Chroot;
use packager_tests::host::Host;

use crate::upgrade::{EDITED, FLAGS, release};

#[test]
fn apt_installs_upgrades_and_purges_without_a_question() {
    let host = Chroot::fresh();
    for version in ["1.58.0", "1.58.1"] {
        let path = host.put(&release(version));
        host.sh(
            r#"apt-get --quiet --yes --option Dpkg::Use-Pty=0 install "$1""#,
            &[&path],
        );
        assert_eq!(host.status(), "install ok installed");
        host.write(FLAGS, EDITED);
    }
    host.sh(
        "apt-get --quiet --yes --option Dpkg::Use-Pty=0 purge fleet-osquery",
        &[],
    );
    assert_eq!(host.status(), "");
    assert!(!host.exists("/opt/orbit"));
}
