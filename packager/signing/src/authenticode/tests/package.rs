//! A small package, and what is signed of it.

use std::io::{Cursor, Read, Write};
use std::path::Path;

use cfb::{CompoundFile, Version};
use msi::{Column, Insert, Package, PackageType, Value};
use packager_artifact::Sha256Digest;

/// A package with a table, and two streams that stand for cabinets. Packages of different names differ.
pub(super) fn package(name: &str) -> Vec<u8> {
    let mut package = Package::create(PackageType::Installer, Cursor::new(Vec::new())).unwrap();
    package.summary_info_mut().set_title(name);
    let columns = vec![
        Column::build("Property").primary_key().id_string(72),
        Column::build("Value").text_string(0),
    ];
    package.create_table("Property", columns).unwrap();
    let row = vec![Value::from("ProductName"), Value::from(name)];
    package.insert_rows(Insert::into("Property").row(row)).unwrap();
    for (stream, size) in [("shared.cab", 300_000), ("own.cab", 700)] {
        let content: Vec<u8> = (0..size).map(|byte: u32| byte.to_le_bytes()[0]).collect();
        package.write_stream(stream).unwrap().write_all(&content).unwrap();
    }
    laid_out(&package.into_inner().unwrap().into_inner())
}

/// The same streams, each after the other. `osslsigncode` refuses chains that lead back to the first sector, which come of streams
/// that were written anew.
fn laid_out(package: &[u8]) -> Vec<u8> {
    let mut from = CompoundFile::open(Cursor::new(package)).unwrap();
    let mut to = CompoundFile::create_with_version(Version::V3, Cursor::new(Vec::new())).unwrap();
    to.set_storage_clsid("/", *from.root_entry().clsid()).unwrap();
    let streams: Vec<_> = from.read_root_storage().map(|entry| entry.path().to_owned()).collect();
    for path in streams {
        let mut content = Vec::new();
        from.open_stream(&path).unwrap().read_to_end(&mut content).unwrap();
        to.create_stream(&path).unwrap().write_all(&content).unwrap();
    }
    to.flush().unwrap();
    to.into_inner().into_inner()
}

/// The SHA-256 that Authenticode signs: the streams in the order of their names in UTF-16, and the class of the root. There are no
/// storages.
pub(super) fn digest(package: &[u8]) -> [u8; 32] {
    let mut file = CompoundFile::open(Cursor::new(package)).unwrap();
    let mut streams: Vec<_> = file.read_root_storage().collect();
    assert!(streams.iter().all(cfb::Entry::is_stream));
    let little_endian = |name: &str| name.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    streams.sort_by_key(|entry| little_endian(entry.name()));
    let mut signed = Vec::new();
    for entry in streams
        .iter()
        .filter(|entry| !entry.name().starts_with('\u{5}') || entry.name().contains("Summary"))
    {
        file.open_stream(entry.path())
            .unwrap()
            .read_to_end(&mut signed)
            .unwrap();
    }
    let (a, b, c, d) = {
        let class = *file.root_entry().clsid();
        let (a, b, c, d) = class.as_fields();
        (a, b, c, *d)
    };
    signed.extend([&a.to_le_bytes()[..], &b.to_le_bytes(), &c.to_le_bytes(), &d].concat());
    *Sha256Digest::of(&signed).as_bytes()
}

/// The package with a signature put into it.
pub(super) fn with_signature(package: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut file = CompoundFile::open(Cursor::new(package.to_vec())).unwrap();
    let path = Path::new("/\u{5}DigitalSignature");
    file.create_stream(path).unwrap().write_all(signature).unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}
