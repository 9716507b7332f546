//! The secret on the host: where root alone can read it.

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::deb::build_deb;
use packager_tests::host::Host;
use packager_tests::request::{ENROLL_SECRET, Identity};

use crate::upgrade::{EDITED, FLAGS, request};

const FLAG: &str = "--tls_dump=secret-in-a-flag-3Xw9";
const KEPT_FLAG: &str = "secret-in-an-edited-flag-8Zk1";

/// Files with one of the patterns `$2` that `$1` (a user) can read, the folder of packages aside.
const FIND: &str = r#"
setpriv --reuid="$1" --regid="$1" --clear-groups sh -euc '
  find / -path /proc -prune -o -path /mnt -prune -o -type f -readable -print0 2>/dev/null |
    xargs -0 grep --fixed-strings --files-with-matches "$@" || test $? -eq 123
' sh $2
"#;

pub fn readable_by(host: &impl Host, user: &str, secrets: &[&str]) -> Vec<String> {
    let patterns: Vec<String> = secrets.iter().map(|secret| format!("-e {secret}")).collect();
    let mut found: Vec<String> = host
        .sh(FIND, &[user, &patterns.join(" ")])
        .lines()
        .map(str::to_owned)
        .collect();
    found.sort();
    found
}

#[test]
fn nobody_but_root_reads_it_in_any_state_of_the_package() {
    let client = Identity::of("client");
    // A line from the middle of the key.
    let key_line = client.key.lines().nth(1).unwrap().to_owned();
    let secrets = [ENROLL_SECRET, "secret-in-a-flag-3Xw9", KEPT_FLAG, &key_line];
    let deb = |version: &str| {
        let request = request(version)
            .with("osquery-flagfile", format!("{FLAG}{version}\n"))
            .with("fleet-tls-client-certificate", client.certificate.as_str())
            .with("fleet-tls-client-key", client.key.as_str());
        build_deb(&request, &AgentFixture::scripts(version))
    };
    let host = Chroot::fresh();
    let check = |by_root: &[&str]| {
        assert_eq!(readable_by(&host, "65534", &secrets), Vec::<String>::new());
        assert_eq!(readable_by(&host, "0", &secrets), by_root);
    };

    host.install(&deb("1.58.0"));
    check(&["/etc/default/orbit", "/opt/orbit/fleet_client.key", FLAGS]);

    host.write(FLAGS, &format!("{EDITED}--edited={KEPT_FLAG}\n"));
    let unpacked = host.put(&deb("1.58.1"));
    host.sh(r#"dpkg --unpack "$1""#, &[&unpacked]);
    let keep = "/opt/orbit/osquery.flags.dpkg-keep";
    check(&["/etc/default/orbit", "/opt/orbit/fleet_client.key", FLAGS, keep]);

    host.sh("dpkg --configure fleet-osquery", &[]);
    let dist = "/opt/orbit/osquery.flags.dpkg-dist";
    check(&["/etc/default/orbit", "/opt/orbit/fleet_client.key", FLAGS, dist]);

    host.remove();
    check(&[]);
    host.purge();
    check(&[]);
}

/// A digest of a file with a short secret in it lets everybody try secrets against it.
#[test]
fn no_digest_of_the_environment_file_is_listed() {
    let host = Chroot::fresh();
    host.install(&build_deb(&request("1.58.0"), &AgentFixture::scripts("1.58.0")));
    let digest = host.sh("md5sum </etc/default/orbit | cut -c 1-32", &[]);
    let search = r#"grep --recursive --files-with-matches --fixed-strings -e "$1" /var/lib/dpkg || true"#;
    assert_eq!(host.sh(search, &[digest.trim_end()]), "");
    let listed = host.read("/var/lib/dpkg/info/fleet-osquery.md5sums");
    assert!(
        !listed.contains("etc/default/orbit") && listed.contains("opt/orbit/certs.pem"),
        "{listed}"
    );
}
