//! The secret in the package: in one file, which root alone can read.

use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::pkg::{UnpackedPkg, build_pkg};
use packager_tests::ran::Ran;
use packager_tests::request::{ENROLL_SECRET, Identity, Request};

#[test]
fn nobody_but_root_reads_it() {
    let client = Identity::of("client");
    let key_line = client.key.lines().nth(1).unwrap().to_owned();
    let request = Request::pkg()
        .with("fleet-tls-client-certificate", client.certificate.as_str())
        .with("fleet-tls-client-key", client.key.as_str());
    let pkg = UnpackedPkg::of(&build_pkg(&request, &AgentFixture::scripts("1.58.0")));
    let script = r#"
        cd "$1"
        grep --recursive --fixed-strings --files-with-matches -e "$2" -e "$3" \
            Payload Scripts Distribution base.pkg/Bom base.pkg/PackageInfo | sort | xargs stat --format '%n %a %u'
    "#;
    let mut sh = Command::new("sh");
    sh.args(["-euc", script, "sh"]).arg(pkg.folder());
    sh.args([ENROLL_SECRET, &key_line]);
    assert_eq!(
        Ran::new(sh).expect_success(),
        "Payload/opt/orbit/fleet_client.key 600 0\nPayload/opt/orbit/secret.txt 600 0\n"
    );
}
