//! What the commands of docs/macos-signing.md say, which are openssl's.

use std::io::Cursor;
use std::process::Command;

use ::apple_xar::reader::XarReader;
use packager_tests::agent::AgentFixture;
use packager_tests::installer_certificate::{InstallerCertificate, authority_certificate_pem};
use packager_tests::pkg::{UnpackedPkg, build_pkg};
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;
use packager_tests::request::Request;
use sha2::{Digest, Sha256};

use super::{ALL, Checker, Places, flipped, place_of, signed_with, signing_with};

#[test]
fn the_status_says_whether_a_package_is_signed() {
    for certificate in ALL {
        let status = signing_with(certificate).status(&Request::pkg());
        assert_eq!(status["signed"], true, "{certificate:?}: {status}");
        // What is signed for macOS alone is not signed for others.
        let status = signing_with(certificate).status(&Request::deb());
        assert_eq!(status["signed"], false, "{certificate:?}: {status}");
    }
    let status = Producer::of(&AgentFixture::scripts("1.58.0")).status(&Request::pkg());
    assert_eq!(status["signed"], false, "{status}");
}

#[test]
fn the_documented_commands_accept_a_package_and_name_the_signer() {
    let checker = Checker::new();
    for certificate in ALL {
        let name = checker.check(&signed_with(certificate).bytes()).expect_success();
        assert!(
            name.contains("Developer ID Installer: Example, Inc. (AB12CD34EF)"),
            "{certificate:?}: {name}"
        );
    }
}

#[test]
fn they_refuse_a_package_of_somebody_else_and_one_that_nobody_signed() {
    let package = signed_with(InstallerCertificate::PEM).bytes();
    let other = authority_certificate_pem();
    let refusal = Checker::trusting(&[&other]).check(&package).expect_failure();
    assert!(refusal.contains("certificate verify error"), "{refusal}");
    let unsigned = build_pkg(&Request::pkg(), &AgentFixture::scripts("1.58.0")).bytes();
    let _ = Checker::new().check(&unsigned).expect_failure();
}

/// The signature is over the checksum, the checksum over the table, and the table has the checksum of every file.
#[test]
fn they_notice_every_byte_that_flips_and_say_where() {
    let package = signed_with(InstallerCertificate::PEM).bytes();
    let places = Places::of(&package);
    let checksum = &package[places.checksum.clone()];
    let message_digest = place_of(&Sha256::digest(checksum), &package);
    assert!(places.cms.contains(&message_digest));
    let table = "the table of contents was changed";
    let mut wanted = vec![
        (0, "the header is another"),
        // How long the table is, as it is compressed and as it is not.
        (15, table),
        (23, "the header is another"),
        (28, table),
        (places.checksum.start - 1, table),
        (places.checksum.start, table),
        (places.checksum.end - 1, table),
        (message_digest, "CMS Verification failure"),
        // Nothing fills up, and the value of the signature comes last.
        (places.cms.end - 1, "CMS Verification failure"),
        (places.cms.end - 200, "CMS Verification failure"),
    ];
    let names = [
        "Distribution",
        "base.pkg/Bom",
        "base.pkg/PackageInfo",
        "base.pkg/Scripts",
        "base.pkg/Payload",
    ];
    assert_eq!(places.files.len(), names.len());
    let changed = names.map(|name| format!("{} was changed", name.rsplit('/').next().unwrap()));
    for (name, changed) in names.iter().zip(&changed) {
        let file = places.files[*name].clone();
        let middle = file.start.midpoint(file.end);
        wanted.extend([file.start, middle, file.end - 1].map(|place| (place, changed.as_str())));
    }
    let checker = Checker::new();
    let _ = checker.check(&package).expect_success();
    for (place, reason) in wanted {
        let refusal = checker.check(&flipped(&package, place)).expect_failure();
        assert!(refusal.contains(reason), "byte {place}, {reason:?}: {refusal}");
    }
}

/// Somebody who changes a file and all checksums above it still lacks the signature.
#[test]
fn a_package_whose_checksums_were_made_anew_is_refused() {
    let package = signed_with(InstallerCertificate::PEM).bytes();
    let places = Places::of(&package);
    let scripts = places.files["base.pkg/Scripts"].clone();
    let mut changed = flipped(&package, scripts.start + 5);
    let digest = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let table = XarReader::new(Cursor::new(&package))
        .unwrap()
        .table_of_contents_decoded_data()
        .unwrap();
    let table = String::from_utf8(table).unwrap();
    let other = table.replace(&digest(&package[scripts.clone()]), &digest(&changed[scripts]));
    assert_ne!(table, other);

    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut zlib, other.as_bytes()).unwrap();
    let other = zlib.finish().unwrap();
    let checksum = sha1(&other);
    changed[places.checksum.clone()].copy_from_slice(&checksum);
    let mut archive = changed[..28].to_vec();
    archive[8..16].copy_from_slice(&(other.len() as u64).to_be_bytes());
    archive.extend_from_slice(&other);
    archive.extend_from_slice(&changed[places.checksum.start..]);

    let refusal = Checker::new().check(&archive).expect_failure();
    assert!(refusal.contains("CMS Verification failure"), "{refusal}");
    // And nothing else is wrong with it.
    let mut xar = XarReader::new(Cursor::new(&archive)).unwrap();
    assert!(xar.verify_table_of_contents_checksum().unwrap());
}

fn sha1(bytes: &[u8]) -> Vec<u8> {
    let style = ::apple_xar::table_of_contents::ChecksumType::Sha1;
    style.digest_data(bytes).unwrap()
}

/// What clients choose is in files and in property lists, and breaks out of neither.
#[test]
fn hostile_values_are_signed_as_they_are() {
    let secret = "a\"b'c</string>&amp;$(id)`id`\\ ]]>";
    let url = "https://fleet.example.com/?a=1&b=%3C";
    let request = Request::pkg().with("enroll_secret", secret).with("update-url", url);
    let package = signing_with(InstallerCertificate::STAMPED).build(&request);
    let _ = Checker::new().check(&package.bytes()).expect_success();
    let unpacked = UnpackedPkg::of(&package);
    assert_eq!(unpacked.text("Payload/opt/orbit/secret.txt"), secret);
    let script = "import plistlib, sys
print(plistlib.load(open(sys.argv[1], 'rb'))['EnvironmentVariables']['ORBIT_UPDATE_URL'])";
    let mut python = Command::new("python3");
    python
        .args(["-c", script])
        .arg(unpacked.payload().join("Library/LaunchDaemons/com.fleetdm.orbit.plist"));
    assert_eq!(Ran::new(python).expect_success(), format!("{url}\n"));
}

/// The other signature, for readers that know no CMS: of the checksum's SHA-256.
#[test]
fn openssl_verifies_the_signature_without_cms() {
    for certificate in ALL {
        let package = signed_with(certificate).bytes();
        let checker = Checker::new();
        let _ = checker.check(&package).expect_success();
        let verify =
            "openssl pkeyutl -verify -certin -inkey signer.pem -rawin -digest sha256 -in checksum -sigfile signature";
        let _ = checker.sh(verify).expect_success();
        let places = Places::of(&package);
        assert!(checker.read("signature") == package[places.rsa]);
        for file in ["checksum", "signature"] {
            let good = checker.read(file);
            checker.write(file, &flipped(&good, 7));
            let _ = checker.sh(verify).expect_failure();
            checker.write(file, &good);
        }
    }
}
