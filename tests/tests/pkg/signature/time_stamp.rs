//! When a package was signed, in another's words.

use jiff::{SignedDuration, Timestamp};
use packager_tests::docs::commands_of;
use packager_tests::installer_certificate::{InstallerCertificate, identity};
use packager_tests::ran::Ran;
use sha2::{Digest, Sha256};

use super::{Checker, flipped, place_of, signed_with};

/// Follows docs/macos-signing.md to its end.
fn check(checker: &Checker, package: &[u8]) -> Ran {
    let _ = checker.check(package).expect_success();
    checker.sh(&commands_of("macos-signing.md", "check-time-stamp"))
}

#[test]
fn openssl_verifies_it_over_the_signature() {
    for certificate in [InstallerCertificate::STAMPED, InstallerCertificate::PKCS12] {
        let checker = Checker::new();
        let package = signed_with(certificate).bytes();
        let text = check(&checker, &package).expect_success();
        let (_, time) = text.split_once("Time stamp: ").unwrap();
        let time = time.lines().next().unwrap();
        let time: Timestamp = jiff::fmt::strtime::parse("%b %e %H:%M:%S %Y GMT", time)
            .and_then(|time| time.to_datetime())
            .and_then(|time| time.to_zoned(jiff::tz::TimeZone::UTC))
            .unwrap()
            .timestamp();
        let age = Timestamp::now().duration_since(time);
        assert!(
            age >= SignedDuration::ZERO && age < SignedDuration::from_mins(10),
            "{text}"
        );

        let verify = "openssl ts -verify -token_in -in token -data value -CAfile AppleIncRootCertificate.pem";
        let _ = checker.sh(verify).expect_success();
        let value = checker.read("value");
        checker.write("value", &flipped(&value, 7));
        let refusal = checker.sh(verify).expect_failure();
        assert!(refusal.contains("message imprint mismatch"), "{refusal}");
        // What the token vouches for. The package's own signature does not cover it.
        let imprint = place_of(&Sha256::digest(&value), &package);
        let refusal = check(&checker, &flipped(&package, imprint)).expect_failure();
        assert!(refusal.contains("signature failure"), "{certificate:?}: {refusal}");
    }
}

#[test]
fn one_that_an_unknown_authority_gave_counts_for_nothing() {
    let checker = Checker::trusting(&[&identity().root_pem]);
    let refusal = check(&checker, &signed_with(InstallerCertificate::STAMPED).bytes()).expect_failure();
    assert!(refusal.contains("certificate verify error"), "{refusal}");
}

#[test]
fn without_a_server_there_is_none() {
    let checker = Checker::new();
    let _ = check(&checker, &signed_with(InstallerCertificate::PEM).bytes()).expect_failure();
    let structure = String::from_utf8(checker.read("structure")).unwrap();
    assert!(
        structure.contains(":messageDigest") && !structure.contains("timeStampToken"),
        "{structure}"
    );
}
