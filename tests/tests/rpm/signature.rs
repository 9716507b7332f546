//! Signed rpms, judged by the rpm of each system.

use std::fs;

use packager_tests::agent::AgentFixture;
use packager_tests::chroot::Chroot;
use packager_tests::host::Host;
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::rpm::{Rpm, RpmHost, build_rpm};
use packager_tests::signing::Key;
use packager_tests::suite::Suite;

use crate::install::on_each_rpm;

const ED25519: Key = Key::plain("ed25519.asc");
const RSA4096: Key = Key::plain("rsa4096.asc");
const OTHER: Key = Key::plain("other.asc");
const KEYS: [Key; 7] = [
    ED25519,
    RSA4096,
    Key::protected("ed25519-passphrase.asc"),
    Key::protected("rsa4096-passphrase.asc"),
    Key::plain("default-2.2.asc"),
    Key::plain("default-2.4.asc"),
    Key::plain("subkeys.asc"),
];

/// Where the signature header begins.
const LEAD_SIZE: usize = 96;

pub fn signed_with(key: Key) -> Rpm {
    Producer::signing(&AgentFixture::scripts("1.58.0"), key).build(&Request::rpm())
}

fn import(host: &Chroot, key: Key) {
    let (exchange, inside) = host.exchange();
    fs::write(exchange.join("key.asc"), key.armored_public()).unwrap();
    let _ = rpmkeys(host, &["--import", &format!("{inside}/key.asc")]).expect_success();
}

fn rpmkeys(host: &Chroot, arguments: &[&str]) -> Ran {
    host.run(&[&["rpmkeys", "--dbpath", "/var/lib/rpm"], arguments].concat())
}

fn check(host: &Chroot, rpm: &Rpm) -> Ran {
    let path = host.put(rpm);
    rpmkeys(host, &["--checksig", &path])
}

/// `rpm -Kv`: one line for each digest and signature.
fn check_verbosely(host: &Chroot, rpm: &Rpm) -> Ran {
    let path = host.put(rpm);
    host.rpm(&["-Kv", &path])
}

on_each_rpm!(
    every_kind_of_key_is_accepted_once_it_is_imported,
    what_was_changed_is_refused
);

fn every_kind_of_key_is_accepted_once_it_is_imported(suite: Suite) {
    for key in KEYS {
        let host = Chroot::of(suite);
        let rpm = signed_with(key);
        let unknown = check(&host, &rpm);
        assert_eq!(unknown.code, Some(1), "{key:?}: {unknown}");
        assert!(unknown.stdout.contains("SIGNATURES NOT OK"), "{key:?}: {unknown}");
        let verbose = check_verbosely(&host, &rpm);
        assert!(
            !verbose.succeeded() && verbose.stdout.contains("NOKEY"),
            "{key:?}: {verbose}"
        );

        import(&host, OTHER);
        assert_eq!(check(&host, &rpm).code, Some(1), "{key:?}");
        import(&host, key);
        let known = check(&host, &rpm);
        assert!(
            known.succeeded() && known.stdout.trim_end().ends_with("digests signatures OK"),
            "{key:?}: {known}"
        );
        let verbose = check_verbosely(&host, &rpm);
        assert!(
            verbose.succeeded() && !verbose.stdout.contains("NO"),
            "{key:?}: {verbose}"
        );
        for line in [
            ", key ID ",
            "Header SHA256 digest: OK",
            "Header SHA1 digest: OK",
            "Payload SHA256 digest: OK",
        ] {
            assert!(verbose.stdout.contains(line), "{key:?}: {verbose}");
        }
    }
}

fn what_was_changed_is_refused(suite: Suite) {
    for key in [ED25519, RSA4096] {
        let host = Chroot::of(suite);
        import(&host, key);
        let rpm = signed_with(key);
        let good = rpm.bytes();
        assert!(check(&host, &rpm).succeeded());
        for (what, byte) in places(&good) {
            let mut bytes = good.clone();
            bytes[byte] ^= 0x01;
            fs::write(rpm.path(), bytes).unwrap();
            let refused = check(&host, &rpm);
            assert!(!refused.succeeded(), "{key:?}, {what}: {refused}");
            // Nor is it installed.
            let installed = host.rpm_with(&["--install", "--noscripts"], &rpm);
            assert!(!installed.succeeded(), "{key:?}, {what}: {installed}");
            assert!(!host.exists("/opt/orbit"), "{key:?}, {what}");
        }
        fs::write(rpm.path(), good).unwrap();
    }
}

/// Places in each part of a package.
fn places(rpm: &[u8]) -> Vec<(&'static str, usize)> {
    let signatures = LEAD_SIZE;
    let header = (signatures + structure_size(&rpm[signatures..])).next_multiple_of(8);
    let payload = header + structure_size(&rpm[header..]);
    vec![
        // The value of the lowest tag is the first in the store; its beginning says what it is and by whom.
        ("the signature", signatures + index_size(&rpm[signatures..]) + 100),
        ("index of the header", header + 100),
        ("middle of the header", header.midpoint(payload)),
        ("end of the header", payload - 17),
        ("beginning of the payload", payload + 40),
        ("middle of the payload", payload.midpoint(rpm.len())),
        ("own end of the payload", rpm.len() - 600),
        ("end of the payload", rpm.len() - 1),
    ]
}

/// The length of a header structure.
fn structure_size(bytes: &[u8]) -> usize {
    index_size(bytes) + number(bytes, 12)
}

/// The length of what is in front of its store.
fn index_size(bytes: &[u8]) -> usize {
    16 + number(bytes, 8) * 16
}

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

#[test]
fn hosts_that_demand_signatures_install_signed_packages_alone() {
    let host = Chroot::fresh();
    import(&host, ED25519);
    let all = ["--install", "--define", "_pkgverify_level all"];
    let unsigned = build_rpm(&Request::rpm(), &AgentFixture::scripts("1.58.0"));
    let refused = host.rpm_with(&all, &unsigned).expect_failure();
    assert!(refused.contains("no signature"), "{refused}");
    let refused = host.rpm_with(&all, &signed_with(OTHER)).expect_failure();
    assert!(refused.contains("NOKEY"), "{refused}");
    assert_eq!(host.installed(), "");
    let _ = host.rpm_with(&all, &signed_with(ED25519)).expect_success();
    assert_eq!(host.installed(), "fleet-osquery-1.58.0-1.x86_64\n");
}

/// What is installed and listed is the same, but for the signature.
#[test]
fn a_signature_changes_nothing_else() {
    let host = Chroot::fresh();
    let header = |rpm: &Rpm| {
        let path = host.put(rpm);
        let query = [
            "--query",
            "--nosignature",
            "--queryformat",
            "%{SHA256HEADER} %{PAYLOADDIGEST}",
            "--package",
        ];
        host.ask_rpm(&[&query[..], &[&path]].concat())
    };
    // Another repository, and so other metadata: the same service has to sign and not to sign.
    let (one, two) = (signed_with(ED25519), signed_with(ED25519));
    assert_eq!(header(&one), header(&two));
    let (one, two) = (one.bytes(), two.bytes());
    let signatures = (LEAD_SIZE + structure_size(&one[LEAD_SIZE..])).next_multiple_of(8);
    assert!(one[signatures..] == two[signatures..]);
}
