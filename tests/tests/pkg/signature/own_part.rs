//! What the service stores for a signed package alone.

use packager_tests::installer_certificate::InstallerCertificate;
use packager_tests::pkg::UnpackedPkg;
use packager_tests::request::Request;

use super::signing_with;
use crate::contents::everything;

/// Beside the bill of materials, whose length follows from how many files the agent has.
const MOST_BYTES: u64 = 96 << 10;

#[test]
fn it_is_small() {
    let producer = signing_with(InstallerCertificate::STAMPED);
    let plain = Request::pkg().with("osquery-flagfile", "--verbose=true\n");
    for (request, name) in [(plain, "a request"), (everything(), "everything")] {
        let own = producer.own_size(&producer.status(&request));
        let bom = UnpackedPkg::of(&producer.build(&request)).read("base.pkg/Bom").len() as u64;
        assert!(
            own > bom && own - bom <= MOST_BYTES,
            "{name}: {own} bytes, {bom} of them Bom"
        );
    }
}
