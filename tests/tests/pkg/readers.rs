//! Other readers than those that unpack in the other tests, and that all of them read the same bytes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;

use apple_flat_package::{PkgFlavor, PkgReader};
use apple_xar::reader::XarReader;
use apple_xar::table_of_contents::ChecksumType;
use packager_tests::agent::AgentFixture;
use packager_tests::pkg::{UnpackedPkg, build_pkg};
use packager_tests::ran::Ran;
use packager_tests::request::Request;

use crate::contents::everything;

/// Paths of files with their bytes, and of links with their targets.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("./{}", path.strip_prefix(folder).unwrap().display());
            let kind = path.symlink_metadata().unwrap().file_type();
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_symlink() {
                let target = fs::read_link(path).unwrap();
                found.insert(name, target.into_os_string().into_encoded_bytes());
            } else {
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// Every byte of the payload and the scripts, by apple-flat-package.
#[test]
fn apple_flat_package_reads_every_byte() {
    let package = build_pkg(&everything(), &AgentFixture::scripts("1.58.0"));
    let unpacked = UnpackedPkg::of(&package);
    let mut reader = PkgReader::new(File::open(package.path()).unwrap()).unwrap();
    assert!(matches!(reader.flavor(), PkgFlavor::Product));
    let distribution = reader.distribution().unwrap().unwrap();
    assert_eq!(distribution.title.unwrap().title, "Fleet osquery");
    let options = distribution.options.unwrap();
    assert_eq!(options.host_architecutres.as_deref(), Some("arm64,x86_64"));
    let components = reader.component_packages().unwrap();
    let [component] = components.as_slice() else {
        panic!("{} components", components.len())
    };
    let info = component.package_info().unwrap();
    assert_eq!(info.identifier, "com.fleetdm.orbit.base.pkg");
    assert_eq!((info.version.as_str(), info.auth.as_str()), ("1.58.0", "root"));
    assert_eq!(info.install_location.as_deref(), Some("/"));
    assert!(component.bom().unwrap() == unpacked.read("base.pkg/Bom"));
    for (mut archive, name) in [
        (component.payload_reader().unwrap().unwrap(), "Payload"),
        (component.scripts_reader().unwrap().unwrap(), "Scripts"),
    ] {
        let mut found = BTreeMap::new();
        while let Some(header) = archive.read_next().unwrap() {
            let mut bytes = Vec::new();
            archive.read_to_end(&mut bytes).unwrap();
            assert_eq!((header.uid(), header.gid(), header.nlink()), (0, 80, 1));
            if header.mode() & 0o170_000 != 0o040_000 {
                found.insert(header.name().to_owned(), bytes);
            }
        }
        let wanted = contents(&unpacked.folder().join(name));
        assert!(found == wanted, "{name}: {:?}", found.keys());
    }
}

/// The checksums, by apple-xar.
#[test]
fn apple_xar_verifies_the_archive() {
    let package = build_pkg(&Request::pkg(), &AgentFixture::scripts("1.58.0"));
    let mut xar = XarReader::new(File::open(package.path()).unwrap()).unwrap();
    assert!(xar.verify_table_of_contents_checksum().unwrap());
    assert!(xar.rsa_signature().unwrap().is_none());
    let mut names = Vec::new();
    for (name, file) in xar.files().unwrap() {
        if let Some(data) = &file.data {
            let mut bytes = Vec::new();
            xar.write_file_data_decoded_from_file(&file, &mut bytes).unwrap();
            assert_eq!(bytes.len() as u64, data.size);
            let digest = hex::encode(ChecksumType::Sha256.digest_data(&bytes).unwrap());
            assert_eq!(digest, data.extracted_checksum.checksum);
            assert_eq!(digest, data.archived_checksum.checksum);
        }
        names.push(name);
    }
    let component = ["Bom", "PackageInfo", "Scripts", "Payload"].map(|name| format!("base.pkg/{name}"));
    assert_eq!(names[..2], ["Distribution", "base.pkg"]);
    assert_eq!(names[2..], component);
}

#[test]
fn seven_zip_and_bsdtar_unpack_the_same_bytes() {
    let package = build_pkg(&everything(), &AgentFixture::scripts("1.58.0"));
    let unpacked = UnpackedPkg::of(&package);
    let folder = tempfile::tempdir().unwrap();
    let script = r#"
        cd "$1"
        7z t -bso0 -bsp0 "$2"
        7z x -bso0 -bsp0 -txar "$2"
        for file in Distribution base.pkg/Bom base.pkg/PackageInfo base.pkg/Scripts base.pkg/Payload; do
            cmp "$file" "$3/$file"
        done
        7z x -bso0 -bsp0 -so -tgzip base.pkg/Payload | cmp - "$3/Payload.cpio"
        mkdir bsdtar
        bsdtar -xf base.pkg/Payload -C bsdtar
        diff --recursive --no-dereference bsdtar "$3/Payload"
    "#;
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", script, "bash"])
        .arg(folder.path())
        .arg(package.path())
        .arg(unpacked.folder());
    let _ = Ran::new(bash).expect_success();
}

/// A byte that flips is noticed by apple-xar, which looks at no more of the header than where the table ends.
#[test]
fn a_byte_that_flips_is_noticed() {
    let package = build_pkg(&Request::pkg(), &AgentFixture::scripts("1.58.0"));
    let good = package.bytes();
    assert!(is_whole(&good));
    let table_size = usize::try_from(u64::from_be_bytes(good[8..16].try_into().unwrap())).unwrap();
    let steps = (28..good.len()).step_by(good.len() / 40);
    let ends = [9, 27 + table_size, 28 + table_size, good.len() - 1];
    for place in ends.into_iter().chain(steps) {
        let mut bytes = good.clone();
        bytes[place] ^= 1;
        assert!(!is_whole(&bytes), "{place} of {}", good.len());
    }
}

/// Whether all checksums are right.
fn is_whole(archive: &[u8]) -> bool {
    let Ok(mut xar) = XarReader::new(Cursor::new(archive)) else {
        return false;
    };
    let files = xar
        .verify_table_of_contents_checksum()
        .ok()
        .filter(|is_right| *is_right);
    let Some(Ok(files)) = files.map(|_| xar.files()) else {
        return false;
    };
    files.into_iter().all(|(_, file)| {
        let mut bytes = Vec::new();
        file.data.as_ref().is_none_or(|data| {
            xar.write_file_data_decoded_from_file(&file, &mut bytes).is_ok()
                && hex::encode(ChecksumType::Sha256.digest_data(&bytes).unwrap()) == data.extracted_checksum.checksum
        })
    })
}
