//! The secret on the host: where root alone can read it.

use packager_tests::agent::AgentFixture;
use packager_tests::arch::{ArchHost, build_arch};
use packager_tests::host::Host;
use packager_tests::request::{ENROLL_SECRET, Identity};

use crate::upgrade::request;

/// Files with a pattern of `$2` and on that the user `$1` can read, the folder of packages aside.
const FIND: &str = r#"
user=$1
shift
setpriv --reuid="$user" --regid="$user" --clear-groups sh -euc '
  find / -path /proc -prune -o -path /mnt -prune -o -type f -readable -print0 2>/dev/null |
    xargs -0 grep --fixed-strings --files-with-matches "$@" || test $? -eq 123
' sh "$@" | sort
"#;

#[test]
fn nobody_but_root_reads_it() {
    let client = Identity::of("client");
    let key_line = client.key.lines().nth(1).unwrap().to_owned();
    let package = |version: &str| {
        let request = request(version)
            .with("fleet-tls-client-certificate", client.certificate.as_str())
            .with("fleet-tls-client-key", client.key.as_str());
        build_arch(&request, &AgentFixture::scripts(version))
    };
    let host = ArchHost::fresh();
    let readable_by = |user: &str| host.sh(FIND, &[user, "-e", ENROLL_SECRET, "-e", &key_line]);
    for version in ["1.58.0", "1.58.1"] {
        host.upgrade(&package(version));
        assert_eq!(readable_by("65534"), "");
        assert_eq!(readable_by("0"), "/etc/default/orbit\n/opt/orbit/fleet_client.key\n");
    }
    host.uninstall();
    assert_eq!(readable_by("0"), "");
}

/// A digest of a file with a short secret in it lets everybody try secrets against it.
#[test]
fn no_digest_of_the_environment_file_is_listed() {
    let host = ArchHost::fresh();
    host.upgrade(&build_arch(&request("1.58.0"), &AgentFixture::scripts("1.58.0")));
    let lists = "cat /var/lib/pacman/local/*/desc /var/lib/pacman/local/*/files; zcat /var/lib/pacman/local/*/mtree";
    let lists = host.sh(lists, &[]);
    for tool in ["md5sum", "sha256sum"] {
        let digest = |path: &str| host.sh(&format!(r#"{tool} <"$1" | cut -d ' ' -f 1"#), &[path]);
        assert!(!lists.contains(digest("/etc/default/orbit").trim()), "{lists}");
        assert!(lists.contains(digest("/opt/orbit/certs.pem").trim()), "{lists}");
    }
}
