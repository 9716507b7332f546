//! A second reader, that shares nothing with rpm: the `rpm` crate. It has no rpm below it, reads strictly, and checks digests that
//! rpm 4 does not.

use std::collections::BTreeMap;
use std::process::Command;

use packager_tests::agent::AgentFixture;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use packager_tests::rpm::{Rpm, build_rpm};
use packager_tests::signing::Key;
use rpm::{DigestAlgorithm, FileEntry, Package};

use crate::signature::signed_with;

fn read(rpm: &Rpm) -> Package {
    Package::open(rpm.path()).unwrap()
}

/// What `rpm2cpio` and `cpio` unpack: the digests of files by path.
fn unpacked(rpm: &Rpm) -> BTreeMap<String, String> {
    let script = r#"
        cd "$(mktemp -d)"
        trap 'rm -r "$PWD"' EXIT
        rpm2cpio "$1" | cpio --quiet --extract --make-directories
        find . -type f -print0 | xargs -0 sha256sum --zero"#;
    let mut unpack = Command::new("sh");
    unpack.args(["-euc", script, "sh"]).arg(rpm.path());
    let listed = Ran::new(unpack).expect_success();
    let file = |line: &str| {
        let (digest, path) = line.split_once("  .").unwrap();
        (path.to_owned(), digest.to_owned())
    };
    listed.split_terminator('\0').map(file).collect()
}

fn path(entry: &FileEntry<'_>) -> String {
    entry.path().to_str().unwrap().to_owned()
}

#[test]
fn the_header_says_what_the_payload_has() {
    let rpm = build_rpm(
        &Request::rpm().with("fleet-desktop", true),
        &AgentFixture::scripts("1.58.0"),
    );
    let package = read(&rpm);
    let metadata = &package.metadata;
    assert_eq!(package.canonical_filename().unwrap(), rpm.file_name());
    assert!(!metadata.is_source_package());
    assert_eq!(metadata.get_file_digest_algorithm().unwrap(), DigestAlgorithm::Sha2_256);
    let entries = metadata.get_file_entries().unwrap();
    let listed: BTreeMap<_, _> = entries
        .iter()
        .filter_map(|entry| Some((path(entry), entry.digest()?.as_hex().to_owned())))
        .collect();
    assert_eq!(listed, unpacked(&rpm));
    assert!(listed.contains_key("/etc/default/orbit"));
    let (user, group) = ("root", "root");
    assert!(
        entries
            .iter()
            .all(|entry| (entry.user(), entry.group()) == (user, group))
    );
    let sizes: usize = entries.iter().map(FileEntry::size).sum();
    assert_eq!(metadata.get_installed_size().unwrap(), sizes as u64);
}

#[test]
fn every_digest_is_right_and_notices_a_change() {
    let rpm = signed_with(Key::plain("ed25519.asc"));
    let package = read(&rpm);
    let report = package.check_digests().unwrap();
    assert!(report.header_sha1.is_verified() && report.header_sha256.is_verified());
    assert!(report.payload_sha256.is_verified(), "{report:?}");
    assert_eq!(package.raw_signatures().unwrap().len(), 1);

    let good = rpm.bytes();
    let offsets = package.metadata.get_package_segment_offsets();
    for (what, place) in [("header", offsets.payload - 20), ("payload", good.len() as u64 - 600)] {
        let mut bytes = good.clone();
        bytes[usize::try_from(place).unwrap()] ^= 1;
        let changed = Package::parse(&mut bytes.as_slice()).and_then(|package| package.verify_digests());
        assert!(changed.is_err(), "{what}");
    }
}
