//! A signed package beside the unsigned one of the same request.

use std::io::Cursor;
use std::process::Command;

use ::apple_xar::reader::XarReader;
use apple_flat_package::PkgReader;
use packager_tests::agent::AgentFixture;
use packager_tests::installer_certificate::InstallerCertificate;
use packager_tests::listing::{Listing, assert_same};
use packager_tests::pkg::{ALWAYS, CERTIFICATES, DESKTOP, UnpackedPkg};
use packager_tests::producer::Producer;
use packager_tests::ran::Ran;

use super::{ALL, Places, signing_with};
use crate::contents::everything;

/// Every reader lists and unpacks both to the same.
#[test]
fn readers_find_the_same_in_both() {
    let request = everything();
    let unsigned = Producer::of(&AgentFixture::scripts("1.58.0")).build(&request);
    let plain = UnpackedPkg::of(&unsigned);
    for certificate in ALL {
        let signed = signing_with(certificate).build(&request);
        let unpacked = UnpackedPkg::of(&signed);
        assert_same(
            &Listing::of_pkg(&unpacked),
            &Listing::table(&[ALWAYS, DESKTOP, CERTIFICATES].concat()),
        );
        let script = r#"
            diff --recursive --no-dereference "$1" "$2"
            list() { bsdtar -tvf "$1"; 7z l -slt -txar -x'![TOC].xml' "$1" | grep -E '^(Path|Size|Mode|Folder) = [^/]'; }
            diff <(list "$3") <(list "$4")
            7z t -bso0 -bsp0 "$4"
            mkdir "$5/7z"
            7z x -bso0 -bsp0 -txar -o"$5/7z" "$4"
            for file in Distribution base.pkg/Bom base.pkg/PackageInfo base.pkg/Scripts base.pkg/Payload; do
                cmp "$5/7z/$file" "$1/$file"
            done
        "#;
        let folder = tempfile::tempdir().unwrap();
        let mut bash = Command::new("bash");
        bash.args(["-euo", "pipefail", "-c", script, "bash"])
            .args([plain.folder(), unpacked.folder()])
            .args([unsigned.path(), signed.path()])
            .arg(folder.path());
        let _ = Ran::new(bash).expect_success();
        assert!(
            payload(&signed.bytes()) == payload(&unsigned.bytes()),
            "{certificate:?}"
        );
    }
}

/// The payload's archive, as apple-flat-package reads it: path, mode and bytes.
fn payload(package: &[u8]) -> Vec<(String, u32, Vec<u8>)> {
    let mut reader = PkgReader::new(Cursor::new(package)).unwrap();
    let component = reader.component_packages().unwrap().remove(0);
    let mut archive = component.payload_reader().unwrap().unwrap();
    let mut files = Vec::new();
    while let Some(header) = archive.read_next().unwrap() {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut archive, &mut bytes).unwrap();
        files.push((header.name().to_owned(), header.mode(), bytes));
    }
    assert!(files.len() > 30, "{}", files.len());
    files
}

/// Signing adds to the head, and all that it adds is in what is stored for the package alone.
#[test]
fn only_the_head_differs() {
    let unsigned = Producer::of(&AgentFixture::scripts("1.58.0"));
    let producers = [unsigned, signing_with(InstallerCertificate::STAMPED)];
    let request = everything();
    let [unsigned, signed] = producers.each_ref().map(|producer| producer.build(&request).bytes());
    let heap = |package: &[u8]| {
        let xar = XarReader::new(Cursor::new(package)).unwrap();
        let first = xar.find_file("Distribution").unwrap().unwrap().data.unwrap().offset;
        package[usize::try_from(xar.heap_start_offset() + first).unwrap()..].to_vec()
    };
    assert!(heap(&signed) == heap(&unsigned));
    let Places { checksum, rsa, cms, .. } = Places::of(&signed);
    assert_eq!((checksum.end, rsa.end), (rsa.start, cms.start));

    // Beside it there is a word on where things lie, which has more or fewer digits.
    let own_sizes = producers.map(|producer| producer.own_size(&producer.status(&request)));
    let grown = own_sizes[1] - own_sizes[0];
    let added = (signed.len() - unsigned.len()) as u64;
    assert!(grown.abs_diff(added) < 16, "{own_sizes:?}: {grown} is not {added}");
}
